import { expect, test } from "vitest";
import { MILLIJOULES_PER_WH } from "../models/battery.ts";
import { calendarStress, capacityLoss, cycleStress } from "../models/battery-ageing.ts";
import { syntheticNeighbourhood } from "../neighbourhood/synthetic-neighbourhood.ts";
import { AgeingMeter } from "./ageing-meter.ts";
import { createHomeColumns } from "./columns.ts";

const { siteIds, batteries: drawn } = syntheticNeighbourhood({
  ...{ homes: 2, days: 1, intervalMinutes: 60, seed: "ageing", strategy: "none" },
});
const capacityWh = 10_000;
const batteries = {
  ...drawn,
  capacityWh: Int32Array.of(capacityWh, 0),
  cellTemperatureC: Int32Array.of(35, 25),
};
const HOUR_MS = 3_600_000;
const stored = (share: number): number => share * capacityWh * MILLIJOULES_PER_WH;

test("ages a battery by how full it lay, how deep it was cycled and how fast", () => {
  const meter = new AgeingMeter(batteries, [stored(0.2), 0], HOUR_MS);
  meter.note(0, stored(0.2), stored(0.8), true);
  meter.note(0, stored(0.8), stored(0.8), false);
  meter.note(0, stored(0.8), stored(0.2), true);
  const columns = createHomeColumns(siteIds);
  meter.finish(0, columns);
  const loss = capacityLoss({
    calendarSeconds: 3_600 * (2 * calendarStress(0.8) ** 2 + calendarStress(0.2) ** 2),
    stressedCycles: 0.6 * cycleStress(0.6) ** 2,
    // 1.2 capacities in the two hours in which it moved.
    ratePerHour: 0.6,
    cellTemperatureC: 35,
  });
  expect(columns.fullCycles[0]).toBeCloseTo(0.6, 12);
  expect(columns.calendarLossPpm[0]).toBe(Math.round(loss.calendar * 1e6));
  expect(columns.cycleLossPpm[0]).toBe(Math.round(loss.cycle * 1e6));
  expect(columns.cycleLossPpm[0]).toBeGreaterThan(0);
});

test("ages a battery that only lies by its calendar alone, and a home without one not at all", () => {
  const meter = new AgeingMeter(batteries, [stored(0.5), 0], HOUR_MS);
  for (let hour = 0; hour < 24; hour++) meter.note(0, stored(0.5), stored(0.5), false);
  const columns = createHomeColumns(siteIds);
  for (const home of [0, 1]) meter.finish(home, columns);
  expect([columns.fullCycles[0], columns.cycleLossPpm[0]]).toEqual([0, 0]);
  expect(columns.calendarLossPpm[0]).toBeGreaterThan(0);
  expect([columns.fullCycles[1], columns.calendarLossPpm[1], columns.cycleLossPpm[1]]).toEqual([0, 0, 0]);
});
