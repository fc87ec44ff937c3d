import { type EpochMs, epochMs, seededRandom, watts } from "@commonwatt/vpp-core";
import { describe, expect, test } from "vitest";
import { buildStreet } from "../street/build-street.ts";
import type { StreetHome } from "../street/street.ts";
import { createHomePlant, type HomePlant, PLANT_STEP_MS } from "./home-plant.ts";

const START = epochMs(Date.UTC(2026, 5, 21, 5));
const HOUR_MS = 3_600_000;
const [hybrid, consumer] = buildStreet({ homes: 2, seed: 11 }).homes as readonly StreetHome[] as readonly [
  StreetHome,
  StreetHome,
];
const after = (ms: number): EpochMs => epochMs(START + ms);
const window = (powerW: number) => ({ minW: watts(powerW), maxW: watts(powerW) });

function run(plant: HomePlant, hours: number): HomePlant {
  plant.advanceTo(after(hours * HOUR_MS));
  return plant;
}

describe("home plant", () => {
  test("powers balance at every step and the registers are their integrals", () => {
    const plant = createHomePlant(hybrid, START);
    const random = seededRandom("commands");
    let [importMj, exportMj, pvMj] = [0, 0, 0];
    for (let step = 0; step < (14 * HOUR_MS) / PLANT_STEP_MS; step++) {
      if (step % 97 === 0)
        plant.setBatteryWindow(random.next() < 0.5 ? null : window(random.integer(-6_000, 6_000)));
      const state = plant.state();
      expect(state.pvPowerW + state.batteryPowerW + state.gridPowerW).toBe(state.loadPowerW);
      importMj += Math.max(0, state.gridPowerW) * PLANT_STEP_MS;
      exportMj += Math.max(0, -state.gridPowerW) * PLANT_STEP_MS;
      pvMj += state.pvPowerW * PLANT_STEP_MS;
      plant.advanceTo(after((step + 1) * PLANT_STEP_MS));
    }
    expect(plant.snapshot()).toMatchObject({
      gridImportMillijoules: importMj,
      gridExportMillijoules: exportMj,
      pvMillijoules: pvMj,
    });
    const state = plant.state();
    expect(state.gridImportWh).toBe(Math.floor(importMj / 3_600_000));
    expect(state.gridExportWh).toBe(Math.floor(exportMj / 3_600_000));
    expect(state.pvEnergyWh).toBeGreaterThan(5_000);
  });

  test("comes to the same however often it is asked", () => {
    const once = run(createHomePlant(hybrid, START), 6);
    const often = createHomePlant(hybrid, START);
    const random = seededRandom("calls");
    for (let ms = 0; ms < 6 * HOUR_MS; ms += random.integer(1, 40_000)) {
      often.advanceTo(after(ms));
      often.state();
    }
    often.advanceTo(epochMs(START - HOUR_MS));
    expect(run(often, 6).snapshot()).toEqual(once.snapshot());
  });

  test("a command counts for the step it comes in, wherever the plant was asked before", () => {
    const commanded = (askMs: number): HomePlant => {
      const plant = createHomePlant(hybrid, START);
      for (let ms = askMs; ms < HOUR_MS; ms += askMs) plant.advanceTo(after(ms));
      run(plant, 1).setBatteryWindow(window(-500));
      run(plant, 2).setBatteryWindow(null);
      return run(plant, 3);
    };
    expect(commanded(1_700).snapshot()).toEqual(commanded(700_000).snapshot());
  });

  test("a plant that is put back goes on as if nothing had happened", () => {
    const whole = run(createHomePlant(hybrid, START), 9);
    const saved = JSON.parse(JSON.stringify(run(createHomePlant(hybrid, START), 4).snapshot()));
    const restored = createHomePlant(hybrid, epochMs(START + 30 * HOUR_MS));
    restored.restore(saved);
    expect(run(restored, 9).snapshot()).toEqual(whole.snapshot());
    expect(restored.state()).toEqual(whole.state());
    expect(() => restored.restore({ ...saved, storedMillijoules: 0.5 })).toThrow();
  });

  test("by itself it keeps the grid at zero while the battery can", () => {
    const plant = createHomePlant({ ...hybrid, startStoredWh: 5_000 }, START);
    const state = plant.state();
    expect(state.loadPowerW).toBeGreaterThan(0);
    expect(state.gridPowerW).toBe(0);
    expect(state.batteryPowerW).toBe(state.loadPowerW - state.pvPowerW);
  });

  test("keeps to the battery's window at once, and lets go of it", () => {
    const plant = createHomePlant({ ...hybrid, startStoredWh: 3_000 }, START);
    const ownW = plant.state().batteryPowerW;
    plant.setBatteryWindow(window(-1_000));
    expect(plant.state().batteryPowerW).toBe(-1_000);
    plant.setBatteryWindow({ minW: watts(-5_000), maxW: watts(0) });
    expect(plant.state().batteryPowerW).toBe(Math.min(0, ownW));
    plant.setBatteryWindow(null);
    expect(plant.state().batteryPowerW).toBe(ownW);
  });

  test("sun and battery together never pass more than the inverter can", () => {
    const plant = createHomePlant({ ...hybrid, startStoredWh: 6_000 }, epochMs(Date.UTC(2026, 5, 21, 11)));
    plant.setBatteryWindow(window(20_000));
    const state = plant.state();
    expect(state.pvPowerW).toBeGreaterThan(1_000);
    expect(state.batteryPowerW).toBeGreaterThanOrEqual(0);
    expect(state.pvPowerW + state.batteryPowerW).toBeLessThanOrEqual(plant.ratings.inverterPowerMaxW);
  });

  test("a home without PV takes from the grid what it uses", () => {
    const plant = run(createHomePlant(consumer, START), 24);
    expect(plant.ratings).toEqual({
      pvPeakW: 0,
      inverterPowerMaxW: 0,
      batteryCapacityWh: 0,
      chargePowerMaxW: 0,
      dischargePowerMaxW: 0,
    });
    expect(plant.state()).toMatchObject({
      pvPowerW: 0,
      batteryPowerW: 0,
      gridExportWh: 0,
      storedEnergyWh: 0,
    });
    expect(plant.state().gridPowerW).toBe(plant.state().loadPowerW);
    expect(plant.state().gridImportWh).toBeGreaterThan(5_000);
  });
});
