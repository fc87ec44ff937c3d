import { durationMs, epochMs, wattHours, watts } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { MIDNIGHT, RATINGS } from "../../test/emulated-home.ts";
import { BenchPlant } from "./bench-plant.ts";

const HOUR_MS = 3_600_000;
const at = (hours: number) => epochMs(MIDNIGHT + durationMs(hours * HOUR_MS));
const plantAt = (storedWh: number) =>
  new BenchPlant({ startMs: MIDNIGHT, ratings: RATINGS, storedEnergyWh: wattHours(storedWh) });

test("no watt-hour is lost over three days", () => {
  const plant = plantAt(5_000);
  plant.advanceTo(at(72));
  const { pvEnergyWh, gridImportWh, gridExportWh, storedEnergyWh } = plant.state();
  const sources = pvEnergyWh + gridImportWh;
  const sinks = gridExportWh + 72 * 500 + (storedEnergyWh - 5_000);
  expect(Math.abs(sources - sinks)).toBeLessThanOrEqual(3);
  expect(gridExportWh).toBeGreaterThan(0);
});

test("the night is carried by the battery until it is empty, then by the grid", () => {
  const plant = plantAt(1_000);
  plant.advanceTo(at(1));
  expect(plant.state()).toMatchObject({ batteryPowerW: 500, gridPowerW: 0, storedEnergyWh: 500 });
  plant.advanceTo(at(3));
  expect(plant.state()).toMatchObject({
    batteryPowerW: 0,
    gridPowerW: 500,
    storedEnergyWh: 0,
    gridImportWh: 500,
  });
});

test("a command holds within ratings and energy", () => {
  const plant = plantAt(5_000);
  plant.setBatteryWindow({ minW: watts(-9_000), maxW: watts(-9_000) });
  expect(plant.state().batteryPowerW).toBe(-5_000);
  plant.advanceTo(at(1.5));
  expect(plant.state()).toMatchObject({ batteryPowerW: 0, storedEnergyWh: 10_000, gridImportWh: 5_750 });
  plant.setBatteryWindow({ minW: watts(1_000), maxW: watts(2_000) });
  expect(plant.state().batteryPowerW).toBe(1_000);
  plant.setBatteryWindow(null);
  expect(plant.state().batteryPowerW).toBe(500);
});

test("the past changes nothing, and small steps give what large ones give", () => {
  const [large, small] = [plantAt(5_000), plantAt(5_000)];
  large.advanceTo(at(3));
  for (let step = 1; step <= 180; step++) small.advanceTo(at(step / 60));
  expect(small.state()).toEqual(large.state());
  large.advanceTo(at(1));
  expect(large.state()).toEqual(small.state());
});
