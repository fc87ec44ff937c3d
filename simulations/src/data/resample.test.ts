import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { resampleMean, resampleToWholeWh } from "./resample.ts";

const MINUTE_MS = 60_000;
const LENGTHS = [1, 5, 15, 30, 60];

function resampled(energyWh: number[], stepMinutes: number, minutes: number, intervals: number): Int32Array {
  const out = new Int32Array(intervals);
  const target = { fromMs: 0, intervalMs: minutes * MINUTE_MS, intervals };
  resampleToWholeWh(Float64Array.from(energyWh), stepMinutes * MINUTE_MS, target, out);
  return out;
}

function total(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

describe("whole Wh of other intervals", () => {
  test("an hour is spread evenly, and hours add up", () => {
    expect([...resampled([10, 0], 60, 15, 8)]).toEqual([3, 2, 3, 2, 0, 0, 0, 0]);
    expect([...resampled([0.4, 0.4, 0.4, 0.4], 15, 60, 1)]).toEqual([2]);
    expect([...resampled([0.4, 0.4, 0.4, 0.4], 15, 30, 2)]).toEqual([1, 1]);
  });

  test("steps that no interval divides are cut where the interval ends", () => {
    expect([...resampled([30, 0, 60], 10, 15, 2)]).toEqual([30, 60]);
    expect([...resampled([30, 60, 0], 10, 15, 2)]).toEqual([60, 30]);
  });

  test("nothing is lost between any two lengths, and no stretch is off by a Wh", () => {
    const energies = fc.array(fc.double({ min: 0, max: 5_000, noNaN: true }), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(energies, fc.constantFrom(...LENGTHS), fc.constantFrom(...LENGTHS), (hours, from, to) => {
        const energyWh = hours.flatMap((energy) => Array.from({ length: 60 / from }, () => energy));
        const intervals = (energyWh.length * from) / to;
        const out = resampled(energyWh, from, to, intervals);
        expect(Math.abs(total(out) - total(energyWh))).toBeLessThanOrEqual(0.5 + 1e-6);
        let [given, taken] = [0, 0];
        for (let hour = 0; hour < hours.length; hour++) {
          given += total(energyWh.slice((hour * 60) / from, ((hour + 1) * 60) / from));
          taken += total(out.slice((hour * 60) / to, ((hour + 1) * 60) / to));
          expect(Math.abs(given - taken)).toBeLessThanOrEqual(0.5 + 1e-6);
        }
      }),
    );
  });

  test("there and back gives the same whole Wh", () => {
    const wholeHours = fc.array(fc.integer({ min: 0, max: 9_000 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(wholeHours, fc.constantFrom(...LENGTHS), (hours, minutes) => {
        const fine = resampled(hours, 60, minutes, (hours.length * 60) / minutes);
        expect([...resampled([...fine], minutes, 60, hours.length)]).toEqual(hours);
      }),
    );
  });

  test("is written into every so-manieth place", () => {
    const out = new Int32Array(6).fill(-1);
    const target = { fromMs: 60 * MINUTE_MS, intervalMs: 60 * MINUTE_MS, intervals: 2 };
    resampleToWholeWh(Float64Array.of(1, 2, 3), 60 * MINUTE_MS, target, out, 1, 3);
    expect([...out]).toEqual([-1, 2, -1, -1, 3, -1]);
  });
});

test("a mean is weighted by time", () => {
  const prices = Float64Array.of(0.1, 0.3);
  const hour = 60 * MINUTE_MS;
  const [first, ...more] = resampleMean(prices, hour, { fromMs: 0, intervalMs: 2 * hour, intervals: 1 });
  expect(first).toBeCloseTo(0.2, 12);
  expect(more).toEqual([]);
  const halves = resampleMean(prices, hour, { fromMs: hour / 2, intervalMs: hour, intervals: 1 });
  expect(halves[0]).toBeCloseTo(0.2, 12);
});
