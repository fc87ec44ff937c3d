import { seededRandom } from "@commonwatt/vpp-core";
import { describe, expect, test } from "vitest";
import { type ElectricCar, runCharging } from "./car-charging.ts";
import { type CarUse, commuteOf, outingsOf } from "./car-trips.ts";
import type { FlexibleControl, HouseCourse } from "./flexible-control.ts";

const DAY_MS = 86_400_000;
/** A Monday. */
const START_MS = Date.UTC(2026, 0, 5);
const YEAR_MS = 364 * DAY_MS;
const CARS = 400;
const uses = Array.from({ length: CARS }, (_, at): CarUse => {
  const seed = `car-${at}`;
  return { seed, commuteM: at % 2 === 0 ? commuteOf(seededRandom(seed)) : null, distanceShare: 1 };
});
const years = uses.map((use) => outingsOf(use, START_MS, START_MS + YEAR_MS));
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

describe("cars", () => {
  test("go as far in a year as the German car: 12,320 km (Kraftfahrt-Bundesamt, 2023)", () => {
    const km = total(years.flat().map(({ distanceM }) => distanceM)) / 1_000 / CARS;
    expect(Math.abs(km / 12_320 - 1)).toBeLessThan(0.1);
  });

  test("are driven 45 minutes a day (Mobilität in Deutschland 2017), and stand for the rest", () => {
    const minutes = total(years.flat().map(({ drivingMs }) => drivingMs)) / 60_000 / CARS / 364;
    expect(Math.abs(minutes / 45 - 1)).toBeLessThan(0.2);
  });

  test("stay at home on a third of weekdays and half of the weekend's, if nobody drives to work", () => {
    const stays = (isWeekend: boolean): number => {
      const idle = years
        .filter((_, at) => at % 2 === 1)
        .map((outings) => {
          const busy = new Set(outings.map(({ departMs }) => Math.floor((departMs - START_MS) / DAY_MS)));
          const days = Array.from({ length: 364 }, (__, day) => day).filter(
            (day) => day % 7 >= 5 === isWeekend,
          );
          return days.filter((day) => !busy.has(day)).length / days.length;
        });
      return total(idle) / idle.length;
    };
    expect(stays(false)).toBeCloseTo(0.354, 1);
    expect(stays(true)).toBeCloseTo(0.507, 1);
  });

  test("do one thing after the other, the same from one seed, another from another", () => {
    const wrong = years.flatMap((outings) =>
      outings.filter(({ departMs, returnMs, drivingMs, distanceM }, at) => {
        const isFree = departMs > (outings[at - 1]?.returnMs ?? 0);
        return !isFree || distanceM <= 0 || returnMs - departMs <= drivingMs;
      }),
    );
    expect(wrong).toEqual([]);
    const [use = { seed: "", commuteM: null, distanceShare: 1 }] = uses;
    expect(outingsOf(use, START_MS, START_MS + YEAR_MS)).toEqual(years[0]);
    const later = outingsOf(use, START_MS + 100 * DAY_MS, START_MS + 130 * DAY_MS);
    expect(years[0]).toEqual(expect.arrayContaining(later.slice(1)));
    expect(years[1]).not.toEqual(years[3]);
  });

  test("half of those who drive to work have more than 10.5 km to go, the mean is 17 km", () => {
    const random = seededRandom("commutes");
    const drawn = Array.from({ length: 4_000 }, () => commuteOf(random)).toSorted((a, b) => a - b);
    expect(Math.abs((drawn[2_000] ?? 0) / 10_500 - 1)).toBeLessThan(0.06);
    expect(Math.abs(total(drawn) / 4_000 / 17_000 - 1)).toBeLessThan(0.08);
  });
});

describe("charging", () => {
  const INTERVAL_MS = 900_000;
  const INTERVALS = YEAR_MS / INTERVAL_MS;
  const hourOf = (t: number): number => (t % 96) / 4;
  const course: HouseCourse = {
    intervalMs: INTERVAL_MS,
    loadWh: new Int32Array(INTERVALS).fill(75),
    pvWh: Int32Array.from({ length: INTERVALS }, (_, t) => (hourOf(t) > 9 && hourOf(t) < 16 ? 1_000 : 0)),
    retailPrice: Int32Array.from({ length: INTERVALS }, (_, t) => (hourOf(t) < 6 ? 200_000 : 320_000)),
  };
  const car = (control: FlexibleControl, changes: Partial<ElectricCar> = {}): ElectricCar => ({
    ...{ capacityWh: 60_000, chargePowerMaxW: 11_000, efficiencyPermille: 900, whPerKm: 180 },
    ...{ targetWh: 48_000, startWh: 30_000, control, ...changes },
  });
  const shifted = years.map((outings) =>
    outings.map((outing) => ({
      ...outing,
      departMs: outing.departMs - START_MS,
      returnMs: outing.returnMs - START_MS,
    })),
  );
  const run = (control: FlexibleControl, at: number, changes: Partial<ElectricCar> = {}) =>
    runCharging(car(control, changes), shifted[at] ?? [], course);

  test("balances to the thousandth of a Wh, whatever the car and its control", () => {
    for (const control of ["at-once", "cheapest", "surplus"] as const) {
      for (let at = 0; at < 12; at++) {
        const small = { capacityWh: 20_000, targetWh: 20_000, startWh: at * 1_000, chargePowerMaxW: 2_300 };
        const charged = run(control, at, at % 3 === 0 ? small : {});
        const gained = charged.chargedWh * 1_000 - charged.lostMilliWh;
        expect(gained + charged.unmetMilliWh - charged.drivenMilliWh).toBe(charged.storedChangeMilliWh);
        expect(charged.loadWh.reduce((sum, energyWh) => sum + energyWh, 0)).toBe(charged.chargedWh);
        const held = (at % 3 === 0 ? small.startWh : 30_000) * 1_000 + charged.storedChangeMilliWh;
        expect(held).toBeGreaterThanOrEqual(0);
        expect(held).toBeLessThanOrEqual((at % 3 === 0 ? 20_000 : 48_000) * 1_000);
      }
    }
  });

  test("has the car full enough when it leaves, and counts where the battery is too small", () => {
    for (const control of ["at-once", "cheapest", "surplus"] as const) {
      const all = uses.slice(0, 20).map((_, at) => run(control, at));
      // Only outings beyond what is ever charged, 48 kWh at 180 Wh/km, and a few after them.
      const far = shifted
        .slice(0, 20)
        .flat()
        .filter(({ distanceM }) => distanceM > (48_000 / 180) * 1_000).length;
      const unmet = total(all.map(({ unmetOutings }) => unmetOutings));
      expect(unmet, control).toBeLessThanOrEqual(far + 2);
      expect(total(all.map(({ outings }) => outings))).toBeGreaterThan(5_000);
    }
    const tiny = run("at-once", 0, { capacityWh: 2_000, targetWh: 2_000, startWh: 0 });
    expect(tiny.unmetOutings).toBeGreaterThan(50);
    expect(tiny.unmetMilliWh).toBeGreaterThan(0);
  });

  test("charges when prices are low, or when the sun is left over, if told to", () => {
    const share = (control: FlexibleControl, when: (hour: number) => boolean): number => {
      const courses = uses.slice(0, 60).map((_, at) => run(control, at));
      const all = total(courses.map(({ chargedWh }) => chargedWh));
      const then = total(
        courses.map(({ loadWh }) =>
          loadWh.reduce((sum, energyWh, t) => sum + (when(hourOf(t)) ? energyWh : 0), 0),
        ),
      );
      return then / all;
    };
    const isNight = (hour: number): boolean => hour < 6;
    const isDay = (hour: number): boolean => hour > 9 && hour < 16;
    expect(share("at-once", isNight)).toBeLessThan(0.2);
    expect(share("cheapest", isNight)).toBeGreaterThan(0.8);
    expect(share("surplus", isDay)).toBeGreaterThan(share("at-once", isDay) + 0.15);
  });
});
