import {
  type Device,
  deviceId,
  durationMs,
  type EpochMs,
  epochMs,
  type SimulatedClock,
  simulatedClock,
  wattHours,
  watts,
} from "@commonwatt/vpp-core";
import { BenchPlant } from "../src/emulator/bench-plant.ts";
import type { PlantRatings } from "../src/emulator/plant.ts";
import { startSunSpecEmulator } from "../src/emulator/sunspec-emulator.ts";
import { modbus } from "../src/sunspec/sunspec-connector.ts";
import { testContext } from "./test-context.ts";

/** 2026-06-01T00:00:00Z: night, so that without a command the battery carries the load of 500 W. */
export const MIDNIGHT: EpochMs = epochMs(Date.UTC(2026, 5, 1));

/** The ratings of the home's hardware. */
export const RATINGS: PlantRatings = {
  pvPeakW: watts(6_000),
  inverterPowerMaxW: watts(8_000),
  batteryCapacityWh: wattHours(10_000),
  chargePowerMaxW: watts(5_000),
  dischargePowerMaxW: watts(4_000),
};

/** A home on the wire: its plant, the two devices opened by our own client, and its time. */
export interface EmulatedHome {
  readonly clock: SimulatedClock;
  readonly plant: BenchPlant;
  readonly port: number;
  readonly inverter: Device;
  readonly meter: Device;
  /** Moves the home's time on. */
  pass(seconds: number): void;
  [Symbol.asyncDispose](): Promise<void>;
}

const identity = { manufacturer: "Bench", model: "Hybrid", serialNumber: "H-1", firmware: "2.5" };

/** Starts a home with an inverter of a kind (unit 1) and a meter (unit 200). */
export async function emulatedHome(
  ratings: PlantRatings = RATINGS,
  kind: "hybrid" | "der" = "hybrid",
): Promise<EmulatedHome> {
  const clock = simulatedClock(MIDNIGHT);
  const plant = new BenchPlant({ startMs: MIDNIGHT, ratings, storedEnergyWh: wattHours(5_000) });
  const emulator = await startSunSpecEmulator({
    host: "127.0.0.1",
    port: 0,
    clock,
    units: [
      { unit: 1, plant, kind, identity },
      { unit: 200, plant, kind: "meter", identity: { ...identity, model: "Meter", serialNumber: "M-1" } },
    ],
  });
  const context = testContext(clock);
  const at = { host: "127.0.0.1", port: emulator.port };
  const inverter = await modbus({ id: deviceId("home/inverter"), ...at, unit: 1 }).connect(context);
  const meter = await modbus({ id: deviceId("home/meter"), ...at, unit: 200 }).connect(context);
  return {
    clock,
    plant,
    port: emulator.port,
    inverter,
    meter,
    pass: (seconds) => clock.advanceTo(epochMs(clock.now() + durationMs(seconds * 1_000))),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([inverter.close(), meter.close()]);
      await emulator.close();
    },
  };
}
