import assert from "node:assert/strict";
import type { Clock } from "@commonwatt/vpp-core";
import { startModbusServer, type WireHook } from "../modbus/modbus-server.ts";
import type { RegisterFaults } from "./faults/register-faults.ts";
import { type SunSpecEmulatorUnit, SunSpecUnit, type UnitContext } from "./sunspec-unit.ts";

/** What a SunSpec emulator serves, and where. */
export interface SunSpecEmulatorOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The time of the plants and of the reversion timers. */
  readonly clock: Clock;
  readonly units: readonly SunSpecEmulatorUnit[];
  /** What the wire does wrong; a good wire when left out. */
  readonly wire?: WireHook | undefined;
  /** What is wrong with the registers at this moment. */
  readonly registerFaults?: (() => RegisterFaults) | undefined;
  /** Told of each write to a battery's registers that is carried out. */
  readonly onCommand?: UnitContext["onCommand"];
}

/** A running emulator. */
export interface SunSpecEmulator {
  readonly port: number;
  /** How often the batteries' registers have been written: many devices keep them in memory that wears out. */
  storageWrites(): number;
  close(): Promise<void>;
}

/**
 * Serves emulated SunSpec devices over Modbus TCP. A hybrid has models 1, 103, 120, 121, 123, 124 and 160,
 * a `der` 1, 701, 702, 704, 713, 714 and 715, a meter 1 and 203, from address 40000. Models 123, 124 and
 * 704 are obeyed, with their reversion timers.
 * @throws CommonwattError `EMULATOR_PORT_IN_USE`, or `EMULATOR_LISTEN_FAILED`.
 */
export async function startSunSpecEmulator(options: SunSpecEmulatorOptions): Promise<SunSpecEmulator> {
  const { host, port, clock, wire, registerFaults, onCommand } = options;
  const units = new Map<number, SunSpecUnit>();
  const plants = new Set(options.units.map(({ plant }) => plant));
  // Units may share a plant: a reversion that is due must come before anybody looks at it.
  const settle = (): void => {
    for (const unit of units.values()) unit.settle();
    for (const plant of plants) plant.advanceTo(clock.now());
  };
  for (const unit of options.units) {
    assert(!units.has(unit.unit), `unit ${unit.unit} is there twice`);
    units.set(unit.unit, new SunSpecUnit(unit, { clock, settle, registerFaults, onCommand }));
  }
  const server = await startModbusServer({ host, port, units, ...(wire === undefined ? {} : { wire }) });
  return {
    port: server.port,
    storageWrites: () => [...units.values()].reduce((sum, { storage }) => sum + (storage?.writes ?? 0), 0),
    close: async () => {
      for (const unit of units.values()) unit.close();
      await server.close();
    },
  };
}
