import { type Clock, CommonwattError } from "@commonwatt/vpp-core";
import { type RegisterBank, startModbusServer, type WireHook } from "../../modbus/modbus-server.ts";
import type { RegisterMapProfile } from "../../profile-device/profile.ts";
import type { EmulatedIdentity } from "../emulated-identity.ts";
import { NO_REGISTER_FAULTS, type RegisterFaults } from "../faults/register-faults.ts";
import type { Plant } from "../plant.ts";
import { ProfileRegisters } from "./profile-unit.ts";

/** What a profile emulator serves, and where. */
export interface ProfileEmulatorOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The time of the plant and of the device's own timer. */
  readonly clock: Clock;
  readonly profile: RegisterMapProfile;
  readonly plant: Plant;
  readonly identity: EmulatedIdentity;
  /** As the profile says unless given. */
  readonly unit?: number | undefined;
  /** The habits and faults of the wire; a good wire when left out. */
  readonly wire?: WireHook | undefined;
  /** What is wrong with the registers at this moment. */
  readonly registerFaults?: (() => RegisterFaults) | undefined;
}

/** A running emulator. */
export interface ProfileEmulator {
  readonly port: number;
  /** The unit ids it answers as. */
  readonly units: readonly number[];
  /** How often each register that wears out has been written. */
  eepromWrites(): Readonly<Record<string, number>>;
  /** Brings the plant and the device's timer up to now, as every read does. */
  settle(): void;
  close(): Promise<void>;
}

/**
 * Serves a device over Modbus TCP as its profile describes it. The registers follow the plant, and the
 * profile's recipes, when a client writes them, command it until the device's own timer ends them.
 * @throws CommonwattError `EMULATOR_UNIT_TAKEN`, `EMULATOR_PORT_IN_USE`, or `EMULATOR_LISTEN_FAILED`.
 */
export async function startProfileEmulator(options: ProfileEmulatorOptions): Promise<ProfileEmulator> {
  const { host, port, clock, profile, plant, identity, wire } = options;
  const faults = options.registerFaults ?? (() => NO_REGISTER_FAULTS);
  const registers = new ProfileRegisters({ profile, plant, clock, faults }, identity);
  const units = new Map<number, RegisterBank>();
  for (const name of registers.unitNames) {
    const id = name === undefined ? (options.unit ?? profile.wire.unit) : (profile.wire.units?.[name] ?? 0);
    if (units.has(id)) {
      const message = `unit ${id} is taken by another part of ${profile.name}`;
      throw new CommonwattError("EMULATOR_UNIT_TAKEN", message, { details: { unit: id } });
    }
    units.set(id, registers.unit(name));
  }
  const server = await startModbusServer({ host, port, units, ...(wire === undefined ? {} : { wire }) });
  return {
    port: server.port,
    units: [...units.keys()],
    eepromWrites: () => registers.controls.eepromWrites,
    settle: () => registers.controls.settle(),
    close: () => server.close(),
  };
}
