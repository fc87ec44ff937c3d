import { CommonwattError } from "@commonwatt/vpp-core";
import type { DeviceProfile, RegisterMapProfile } from "../../profile-device/profile.ts";
import {
  type Fault,
  type FaultDescription,
  NETWORK_FAULTS,
  type NetworkFaultName,
  parseFault,
  REGISTER_FAULTS,
  type RegisterFaultName,
  WIRE_FAULTS,
} from "./fault.ts";
import type { ModbusFault } from "./standing-faults.ts";

/** The name of the home with an OPC UA server, beside the names of the profiles. */
export const OPCUA_HOME = "opcua-home";

/** What faults may be asked of: a profile's device, recorded registers, or the home with an OPC UA server. */
export type FaultTarget = DeviceProfile | "replay" | typeof OPCUA_HOME;

type FaultTable = Readonly<Record<string, FaultDescription>>;

const ALL: FaultTable = { ...NETWORK_FAULTS, ...REGISTER_FAULTS, ...WIRE_FAULTS };

/** The faults that a target can have, with what they mean. */
export function fittingFaults(target: FaultTarget): FaultTable {
  if (target === OPCUA_HOME) return NETWORK_FAULTS;
  if (target === "replay") return WIRE_FAULTS;
  const registerFaults = Object.entries(REGISTER_FAULTS).filter(([name]) =>
    FITS[name as RegisterFaultName](target),
  );
  return { ...WIRE_FAULTS, ...Object.fromEntries(registerFaults) };
}

/**
 * Reads `name` or `name:parameter` as a fault of a Modbus device.
 * @throws CommonwattError `EMULATOR_UNKNOWN_FAULT`, or `EMULATOR_FAULT_UNFIT` where this device cannot have it.
 */
export function modbusFaultOf(target: DeviceProfile | "replay", text: string): ModbusFault {
  return faultOf(target, text) as ModbusFault;
}

/**
 * Reads `name` or `name:parameter` as a fault before an OPC UA server.
 * @throws CommonwattError as {@link modbusFaultOf}.
 */
export function networkFaultOf(text: string): Fault<NetworkFaultName> {
  return faultOf(OPCUA_HOME, text) as Fault<NetworkFaultName>;
}

function faultOf(target: FaultTarget, text: string): Fault<string> {
  const fitting = fittingFaults(target);
  const [name = ""] = text.split(":");
  if (Object.hasOwn(ALL, name) && !Object.hasOwn(fitting, name)) {
    const what = typeof target === "string" ? target : target.name;
    throw new CommonwattError(
      "EMULATOR_FAULT_UNFIT",
      `${what} cannot have the fault "${name}"; it can have ${Object.keys(fitting).join(", ")}`,
      { details: { fault: name, target: what } },
    );
  }
  return parseFault(fitting, text);
}

const isSunSpec = (profile: DeviceProfile): boolean => profile.kind === "sunspec";
const some = (test: (profile: RegisterMapProfile) => boolean): ((profile: DeviceProfile) => boolean) => {
  return (profile) => profile.kind === "sunspec" || test(profile);
};

const FITS: Readonly<Record<RegisterFaultName, (profile: DeviceProfile) => boolean>> = {
  "moving-scale": some(({ registers }) =>
    Object.values(registers).some(({ scaleRegister }) => scaleRegister !== undefined),
  ),
  night: some((profile) => registersAsleep(profile).size > 0),
  "no-end-model": isSunSpec,
  "length-change": isSunSpec,
  "stuck-timer": some(({ battery }) => battery !== null && battery.nativeTimer.kind !== "none"),
  eeprom: some(({ registers }) => Object.values(registers).some(({ write }) => write?.storage === "eeprom")),
};

/** The registers of the solar side that have a way to say "not there". */
export function registersAsleep(profile: RegisterMapProfile): ReadonlySet<string> {
  const { pvPowerW, inverterPowerW, batteryPowerW } = profile.points;
  const parts = [pvPowerW, inverterPowerW].flatMap((point) => [
    ...(point?.add ?? []),
    ...(point?.subtract ?? []),
  ]);
  const battery = new Set(batteryPowerW?.add);
  const scales = parts.flatMap((name) => profile.registers[name]?.scaleRegister ?? []);
  const canSleep = (name: string): boolean =>
    !battery.has(name) && (profile.registers[name]?.sentinels?.length ?? 0) > 0;
  return new Set([...parts, ...scales].filter(canSleep));
}
