import { epochMs, watts } from "@commonwatt/vpp-core";
import { describe, expect, test } from "vitest";
import { createHomePlant } from "../models/home-plant.ts";
import { buildStreet } from "./build-street.ts";
import { clearSkyPvW, forecastPvW, measuredSkyIndex, typicalLoadW } from "./forecast.ts";
import type { StreetHome } from "./street.ts";

const [hybrid, consumer] = buildStreet({ homes: 2, seed: 4 }).homes as readonly [StreetHome, StreetHome];
const NOON = epochMs(Date.UTC(2026, 5, 21, 11, 30));
const MIDNIGHT = epochMs(Date.UTC(2026, 5, 21, 23, 30));
const QUARTER_MS = 900_000;

describe("forecast", () => {
  test("dims a clear sky by the recent index, and counts as clear without one", () => {
    const clearW = clearSkyPvW(hybrid, NOON);
    expect(clearW).toBeGreaterThan(1_000);
    expect(forecastPvW(hybrid, NOON, null)).toBe(clearW);
    expect(forecastPvW(hybrid, NOON, 0.5)).toBe(Math.round(clearW / 2));
    expect(forecastPvW(hybrid, NOON, 5)).toBe(hybrid.pv?.inverterPowerMaxW);
    expect(forecastPvW(hybrid, MIDNIGHT, 1)).toBe(0);
    expect(forecastPvW(consumer, NOON, 1)).toBe(0);
  });

  test("tells the index from a measured power, and nothing at night", () => {
    const clearW = clearSkyPvW(hybrid, NOON);
    expect(measuredSkyIndex(hybrid, NOON, watts(Math.round(clearW * 0.4)))).toBeCloseTo(0.4, 2);
    expect(measuredSkyIndex(hybrid, NOON, watts(clearW * 3))).toBe(1.2);
    expect(measuredSkyIndex(hybrid, MIDNIGHT, watts(0))).toBeNull();
    expect(measuredSkyIndex(consumer, NOON, watts(0))).toBeNull();
  });

  test("is useful but no oracle: near the truth over a day, never exact quarter by quarter", () => {
    const plant = createHomePlant(hybrid, epochMs(NOON - 20 * QUARTER_MS));
    let [forecastW, realW, exact] = [0, 0, 0];
    for (let quarter = -20; quarter < 20; quarter++) {
      const time = epochMs(NOON + quarter * QUARTER_MS);
      plant.advanceTo(time);
      const index = measuredSkyIndex(hybrid, time, plant.state().pvPowerW);
      const expectedW = forecastPvW(hybrid, epochMs(time + QUARTER_MS), index);
      plant.advanceTo(epochMs(time + QUARTER_MS));
      if (expectedW === plant.state().pvPowerW) exact += 1;
      forecastW += expectedW;
      realW += plant.state().pvPowerW;
    }
    expect(Math.abs(forecastW - realW)).toBeLessThan(0.2 * realW);
    expect(exact).toBeLessThan(30);
  });

  test("expects nearly the same load on every working day, more in the evening than at night", () => {
    const evening = epochMs(Date.UTC(2026, 5, 23, 18));
    const night = epochMs(Date.UTC(2026, 5, 23, 2));
    const nextW = typicalLoadW(hybrid, epochMs(evening + 86_400_000));
    expect(Math.abs(typicalLoadW(hybrid, evening) - nextW)).toBeLessThan(3);
    expect(typicalLoadW(hybrid, evening)).toBeGreaterThan(2 * typicalLoadW(hybrid, night));
  });
});
