import { systemClock } from "@commonwatt/vpp-core";
import { BenchPlant } from "../emulator/bench-plant.ts";
import { modbusFaultOf } from "../emulator/faults/fitting-faults.ts";
import { standingFaults } from "../emulator/faults/standing-faults.ts";
import { startProfileEmulator } from "../emulator/profile/profile-emulator.ts";
import type { ConfiguredValue, RegisterMapProfile } from "../profile-device/profile.ts";
import { type EmulateOptions, type Emulation, MODBUS_PORT } from "./emulation.ts";

const SERIAL_NUMBER = "BENCH-1";
const FIRMWARE = "1.0";

/** Emulates a device with registers of its own, as its profile lays them out. */
export async function emulateProfile(
  profile: RegisterMapProfile,
  options: EmulateOptions,
): Promise<Emulation> {
  const { host, fault = [], firmware = FIRMWARE, unit = profile.wire.unit } = options;
  const faults = fault.map((text) => modbusFaultOf(profile, text));
  const plant = new BenchPlant({ startMs: systemClock.now() });
  const emulator = await startProfileEmulator({
    host,
    port: options.port ?? MODBUS_PORT,
    clock: systemClock,
    profile,
    plant,
    identity: { manufacturer: profile.vendor, model: profile.model, serialNumber: SERIAL_NUMBER, firmware },
    unit,
    ...standingFaults(faults, systemClock, profile.wire),
  });
  const { port, units } = emulator;
  const where = { profile: profile.name, host, port };
  return {
    listening: { event: "listening", protocol: "modbus", ...where, unit, units },
    text: textOf(profile, { host, port, unit, firmware }, plant),
    summary: () => ({ ...where, eepromWrites: emulator.eepromWrites() }),
    closingText: () =>
      Object.entries(emulator.eepromWrites())
        .map(([name, writes]) => `The register ${name}, which wears out, was written ${writes} times.\n`)
        .join(""),
    close: emulator.close,
  };
}

interface Where {
  readonly host: string;
  readonly port: number;
  readonly unit: number;
  readonly firmware: string;
}

/** Where it is, and the line of a configuration that reads it. */
function textOf(
  profile: RegisterMapProfile,
  { host, port, unit, firmware }: Where,
  { ratings }: BenchPlant,
): string {
  const { name, vendor, model, points, wire } = profile;
  const configured = Object.values(points).flatMap((point) => point?.configured ?? []);
  const says = (value: ConfiguredValue): string => `${value}: ${ratings[value]}`;
  const parts = [
    `id: deviceId("home-1/device"), profile: "${name}", host: "${host}", port: ${port}`,
    ...(unit === wire.unit ? [] : [`unit: ${unit}`]),
    ...configured.map(says),
    // Some registers differ by a firmware that the device does not tell.
    ...(profile.firmwareQuirks !== undefined && profile.identity.firmware === undefined
      ? [`firmware: "${firmware}"`]
      : []),
  ];
  return [
    `${vendor} ${model} (${name}) listens on ${host}:${port} as unit ${unit}. A configuration reads it with:`,
    `  modbusProfile({ ${parts.join(", ")} })`,
  ].join("\n");
}
