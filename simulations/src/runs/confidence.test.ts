import { seededRandom } from "@commonwatt/vpp-core";
import { describe, expect, test } from "vitest";
import { bootstrapInterval, quantile, studentInterval } from "./confidence.ts";
import { studentQuantile } from "./student-t.ts";

describe("Student's t", () => {
  // Critical values as every printed table has them (two-sided 95 % and 99 %).
  test.each([
    [0.975, 1, 12.706],
    [0.975, 2, 4.303],
    [0.975, 4, 2.776],
    [0.975, 9, 2.262],
    [0.975, 29, 2.045],
    [0.975, 120, 1.98],
    [0.995, 1, 63.657],
    [0.995, 9, 3.25],
    [0.95, 5, 2.015],
    [0.5, 7, 0],
  ])("the %f quantile of %i degrees of freedom is %f", (probability, freedom, expected) => {
    expect(studentQuantile(probability, freedom)).toBeCloseTo(expected, 3);
  });

  test("with one degree of freedom it is Cauchy's, with two it has a closed form", () => {
    for (const probability of [0.6, 0.9, 0.975, 0.9995]) {
      expect(studentQuantile(probability, 1) / Math.tan(Math.PI * (probability - 0.5))).toBeCloseTo(1, 9);
      const a = 2 * probability - 1;
      expect(studentQuantile(probability, 2) / (a * Math.sqrt(2 / (1 - a * a)))).toBeCloseTo(1, 9);
    }
  });

  test("the interval of five values is the one worked by hand", () => {
    const found = studentInterval([4, 5, 6, 7, 8]);
    expect(found?.mean).toBe(6);
    expect(found?.high).toBeCloseTo(6 + (2.7764 * Math.sqrt(2.5)) / Math.sqrt(5), 3);
    expect(found?.low).toBeCloseTo(6 - (2.7764 * Math.sqrt(2.5)) / Math.sqrt(5), 3);
    expect(studentInterval([4])).toBeNull();
    expect(studentInterval([3, 3, 3])).toEqual({ count: 3, mean: 3, low: 3, high: 3 });
  });
});

const TRIALS = 100;

describe("intervals hold the true mean as often as they say", () => {
  const random = seededRandom("confidence");
  const covers = (draw: () => number, size: number, mean: number, by: "t" | "bootstrap"): number => {
    let held = 0;
    for (let trial = 0; trial < TRIALS; trial++) {
      const values = Array.from({ length: size }, draw);
      const found = by === "t" ? studentInterval(values) : bootstrapInterval(values, String(trial));
      if (found !== null && found.low <= mean && mean <= found.high) held += 1;
    }
    return held / TRIALS;
  };

  test("t of eight normal values", () => {
    const share = covers(() => random.normal(10, 3), 8, 10, "t");
    expect(share).toBeGreaterThan(0.87);
    expect(share).toBeLessThanOrEqual(1);
  });

  test("bootstrap of forty skewed values", () => {
    const share = covers(() => -Math.log(1 - random.next()), 40, 1, "bootstrap");
    expect(share).toBeGreaterThan(0.82);
    expect(share).toBeLessThanOrEqual(1);
  });
});

test("a bootstrap is the same again by its seed, and stays within the values", () => {
  const values = [0, 0, 0, 1, 9];
  const found = bootstrapInterval(values, "a");
  expect(bootstrapInterval(values, "a")).toEqual(found);
  expect(found?.low).toBeGreaterThanOrEqual(0);
  expect(found?.high).toBeLessThanOrEqual(9);
  expect(bootstrapInterval([1], "a")).toBeNull();
});

test("quantiles lie on the line between neighbours", () => {
  expect(quantile([10, 20, 30], 0.5)).toBe(20);
  expect(quantile([10, 20], 0.25)).toBe(12.5);
  expect(() => quantile([], 0.5)).toThrow();
});
