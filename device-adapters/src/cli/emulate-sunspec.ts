import { systemClock } from "@commonwatt/vpp-core";
import { BenchPlant } from "../emulator/bench-plant.ts";
import type { EmulatedIdentity } from "../emulator/emulated-identity.ts";
import { modbusFaultOf } from "../emulator/faults/fitting-faults.ts";
import { standingFaults } from "../emulator/faults/standing-faults.ts";
import { startSunSpecEmulator } from "../emulator/sunspec-emulator.ts";
import type { SunSpecEmulatorUnit } from "../emulator/sunspec-unit.ts";
import type { SunSpecProfile } from "../profile-device/profile.ts";
import { type EmulateOptions, type Emulation, MODBUS_PORT } from "./emulation.ts";

const GENERIC = "generic-sunspec";
const METER_UNIT = 200;
const METER_ALONE_UNIT = 1;
const FIRMWARE = "1.0";
/** Width of a line that reads registers, so that what they are stands in one column. */
const READ_WIDTH = 76;

/** Emulates a SunSpec hybrid inverter with a battery, and its grid meter as a unit of its own. */
export async function emulateSunSpec(profile: SunSpecProfile, options: EmulateOptions): Promise<Emulation> {
  const { host, fault = [], firmware = FIRMWARE, unit = profile.wire.unit } = options;
  const namedMeterUnit = profile.wire.units?.["meter"] ?? METER_UNIT;
  const meterUnit = unit === namedMeterUnit ? METER_ALONE_UNIT : namedMeterUnit;
  const faults = fault.map((text) => modbusFaultOf(profile, text));
  const emulator = await startSunSpecEmulator({
    host,
    port: options.port ?? MODBUS_PORT,
    clock: systemClock,
    units: benchUnits(profile, firmware, unit, meterUnit),
    ...standingFaults(faults, systemClock, profile.wire),
  });
  const { port } = emulator;
  const where = { profile: profile.name, host, port };
  return {
    listening: { event: "listening", protocol: "modbus", ...where, unit, meterUnit },
    text: textOf(profile, host, port, unit, meterUnit),
    summary: () => ({ ...where, eepromWrites: { "model 124": emulator.storageWrites() } }),
    close: emulator.close,
  };
}

function benchUnits(
  { name, vendor, model }: SunSpecProfile,
  firmware: string,
  unit: number,
  meterUnit: number,
): readonly SunSpecEmulatorUnit[] {
  const plant = new BenchPlant({ startMs: systemClock.now() });
  const isGeneric = name === GENERIC;
  const identity = (what: string, serialNumber: string): EmulatedIdentity => ({
    manufacturer: isGeneric ? "Commonwatt" : vendor,
    model: isGeneric ? what : model,
    serialNumber,
    firmware,
  });
  return [
    { unit, plant, kind: "hybrid", identity: identity("Bench Hybrid 8", "BENCH-HYBRID-1") },
    { unit: meterUnit, plant, kind: "meter", identity: identity("Bench Meter", "BENCH-METER-1") },
  ];
}

function textOf(
  { name }: SunSpecProfile,
  host: string,
  port: number,
  unit: number,
  meterUnit: number,
): string {
  const read = (what: string): string =>
    `  mbpoll -m tcp -p ${port} -0 -1 -q ${what} ${host}`.padEnd(READ_WIDTH);
  return [
    `A SunSpec hybrid inverter (${name}) listens on ${host}:${port} as unit ${unit}, its meter as unit ${meterUnit}.`,
    "Read it with any Modbus client, for example:",
    `${read(`-a ${unit} -r 40000 -c 2 -t 4:hex`)}  the SunSpec marker (0x5375 0x6E53)`,
    `${read(`-a ${unit} -r 40084 -c 2`)}  AC power in watts, and its scale factor`,
    `${read(`-a ${meterUnit} -r 40088 -c 1`)}  grid power in watts (above 32767: 65536 less)`,
  ].join("\n");
}
