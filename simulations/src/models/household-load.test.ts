import { epochMs } from "@commonwatt/vpp-core";
import { describe, expect, test } from "vitest";
import { householdLoad, type LoadProfile } from "./household-load.ts";
import { typicalLoad } from "./typical-load.ts";

const DAY_MS = 86_400_000;
const UTC_OFFSET_MS = 3_600_000;
/** Local midnight. */
const START_MS = Date.UTC(2026, 5, 1) - UTC_OFFSET_MS;

function profile(seed: string, occupants: number): LoadProfile {
  return {
    seed,
    occupants,
    baseW: 120,
    fridgeW: 90,
    fridgePeriodMs: 45 * 60_000,
    applianceShare: 1,
    utcOffsetMs: UTC_OFFSET_MS,
  };
}

/** Mean power of each hour of a local day, in W. */
function hoursW(load: (time: ReturnType<typeof epochMs>) => number, day: number): number[] {
  return Array.from({ length: 24 }, (_, hour) => {
    let sum = 0;
    for (let minute = 0; minute < 60; minute++) {
      sum += load(epochMs(START_MS + day * DAY_MS + (hour * 60 + minute) * 60_000));
    }
    return sum / 60;
  });
}

const total = (values: number[]): number => values.reduce((sum, value) => sum + value, 0);

describe("household load", () => {
  test("a day takes 5 to 20 kWh and no two days are the same", () => {
    for (const occupants of [2, 3, 4, 5]) {
      const load = householdLoad(profile(`home-${occupants}`, occupants));
      const daysWh = Array.from({ length: 20 }, (_, day) => total(hoursW(load, day)));
      expect(Math.min(...daysWh)).toBeGreaterThan(5_000);
      expect(Math.max(...daysWh)).toBeLessThan(20_000);
      expect(new Set(daysWh).size).toBe(20);
    }
  });

  test("people sleep at night and are busy in the evening", () => {
    const load = householdLoad(profile("rhythm", 3));
    const days = Array.from({ length: 20 }, (_, day) => hoursW(load, day));
    const meanOf = (from: number, to: number): number =>
      total(days.map((day) => total(day.slice(from, to)) / (to - from))) / days.length;
    expect(meanOf(18, 22)).toBeGreaterThan(2.5 * meanOf(1, 5));
    expect(meanOf(1, 5)).toBeGreaterThan(120);
  });

  test("kettles and ovens show: the minute peak is far above the mean", () => {
    const load = householdLoad(profile("peaks", 3));
    const minutesW = Array.from({ length: 1440 }, (_, minute) => load(epochMs(START_MS + minute * 60_000)));
    expect(Math.max(...minutesW)).toBeGreaterThan(1_800);
    expect(Math.max(...minutesW)).toBeLessThan(12_000);
  });

  test("is a function of time alone: any order and any instance give the same", () => {
    const times = Array.from({ length: 500 }, (_, i) => epochMs(START_MS + ((i * 7_919) % 5_000) * 60_000));
    const load = householdLoad(profile("pure", 4));
    const asked = times.map(load);
    const afresh = times.map((time) => householdLoad(profile("pure", 4))(time));
    expect(asked).toEqual(afresh);
    expect(times.map(householdLoad(profile("other", 4)))).not.toEqual(asked);
  });

  test("a run that begins before midnight goes on after it", () => {
    const load = householdLoad(profile("midnight", 1));
    const nights = Array.from({ length: 200 }, (_, day) => {
      const midnight = START_MS + day * DAY_MS;
      return { beforeW: load(epochMs(midnight - 1)), afterW: load(epochMs(midnight)) };
    });
    // Base, fridge and a single occupant's lights stay below 240 W; the rest is the television's 120 W.
    const watching = nights.filter(({ beforeW }) => beforeW > 240);
    expect(watching.length).toBeGreaterThan(10);
    for (const { beforeW, afterW } of nights) expect(Math.abs(afterW - beforeW)).toBeLessThan(100);
  });
});

describe("typical load", () => {
  test("is the mean of what really happens, without knowing any one day", () => {
    const home = profile("typical", 4);
    const days = Array.from({ length: 120 }, (_, day) => hoursW(householdLoad(home), day));
    const meanOf = (of: readonly number[][]): number[] =>
      Array.from({ length: 24 }, (_, hour) => total(of.map((day) => day[hour] ?? 0)) / of.length);
    const realised = meanOf(days);
    const typical = meanOf(days.map((_, day) => hoursW(typicalLoad(home), day)));
    expect(Math.abs(total(typical) - total(realised))).toBeLessThan(0.04 * total(realised));
    for (let hour = 0; hour < 24; hour++) {
      const difference = Math.abs((typical[hour] ?? 0) - (realised[hour] ?? 0));
      expect(difference, `hour ${hour}`).toBeLessThan(0.25 * (realised[hour] ?? 0));
    }
    expect(hoursW(typicalLoad(profile("another seed", 4)), 3)).toEqual(hoursW(typicalLoad(home), 3));
  });
});
