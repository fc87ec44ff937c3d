import { type EpochMs, epochMs, watts } from "@commonwatt/vpp-core";
import { describe, expect, test } from "vitest";
import { type PvArray, pvPowerW } from "./pv.ts";

const zurich = { latitudeDeg: 47.4, longitudeDeg: 8.5 };
const at = (iso: string): EpochMs => epochMs(Date.parse(iso));
const south: PvArray = {
  peakW: watts(10_000),
  tiltDeg: 30,
  azimuthDeg: 180,
  inverterPowerMaxW: watts(10_000),
};
const noon = at("2026-06-21T11:28:00Z");

function dayWh(array: PvArray, day: string): number {
  let sum = 0;
  for (let minute = 0; minute < 1440; minute++) {
    sum += pvPowerW(array, zurich, epochMs(at(day) + minute * 60_000), 1) / 60;
  }
  return sum;
}

describe("PV", () => {
  test("gives nothing at night", () => {
    expect(pvPowerW(south, zurich, at("2026-06-21T23:30:00Z"), 1)).toBe(0);
  });

  test("gives about three quarters of its peak at a clear summer noon, and clips at the inverter", () => {
    const powerW = pvPowerW(south, zurich, noon, 1);
    expect(powerW).toBeGreaterThan(7_000);
    expect(powerW).toBeLessThan(8_500);
    expect(pvPowerW({ ...south, inverterPowerMaxW: watts(5_000) }, zurich, noon, 1)).toBe(5_000);
  });

  test("yields 5 to 7.5 kWh per kWp on a clear summer day, much less in winter", () => {
    const summerWh = dayWh(south, "2026-06-21T00:00:00Z");
    const winterWh = dayWh(south, "2026-12-21T00:00:00Z");
    expect(summerWh / 10_000).toBeGreaterThan(5);
    expect(summerWh / 10_000).toBeLessThan(7.5);
    expect(winterWh / 10_000).toBeGreaterThan(1);
    expect(winterWh).toBeLessThan(summerWh / 1.9);
  });

  test("an eastern roof leads in the morning, a western one in the evening", () => {
    const east = { ...south, azimuthDeg: 90 };
    const west = { ...south, azimuthDeg: 270 };
    const morning = at("2026-06-21T07:00:00Z");
    const evening = at("2026-06-21T16:00:00Z");
    expect(pvPowerW(east, zurich, morning, 1)).toBeGreaterThan(2 * pvPowerW(west, zurich, morning, 1));
    expect(pvPowerW(west, zurich, evening, 1)).toBeGreaterThan(2 * pvPowerW(east, zurich, evening, 1));
  });

  test("warm modules give less than cool ones under the same sun", () => {
    // Same solar elevation five weeks either side of the solstice, so the air makes the difference.
    const spring = pvPowerW(south, zurich, at("2026-05-15T11:22:30Z"), 1);
    const summer = pvPowerW(south, zurich, at("2026-07-29T11:32:30Z"), 1);
    expect(spring).toBeGreaterThan(summer * 1.005);
  });

  test("clouds take power", () => {
    const clearW = pvPowerW(south, zurich, noon, 1);
    const cloudyW = pvPowerW(south, zurich, noon, 0.3);
    expect(cloudyW).toBeGreaterThan(0.2 * clearW);
    expect(cloudyW).toBeLessThan(0.4 * clearW);
  });
});
