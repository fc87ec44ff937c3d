import { expect, test } from "vitest";
import { valueNoise } from "./value-noise.ts";

test("is smooth, fills its range, and repeats for a seed at any time, also before 1970", () => {
  const times = Array.from({ length: 20_000 }, (_, i) => (i - 10_000) * 50);
  const values = times.map((time) => valueNoise("seed", time, 1_000));
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  expect(Math.min(...values)).toBeLessThan(0.02);
  expect(Math.max(...values)).toBeLessThan(1);
  expect(Math.max(...values)).toBeGreaterThan(0.98);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.03);
  // The fade curve is at most 1.5 times as steep as a straight line: 0.05 of the spacing is a step of 0.075.
  const jumps = values.slice(1).map((value, i) => Math.abs(value - (values[i] ?? 0)));
  expect(Math.max(...jumps)).toBeLessThan(0.076);
  expect(times.map((time) => valueNoise("seed", time, 1_000))).toEqual(values);
  expect(times.map((time) => valueNoise("other", time, 1_000))).not.toEqual(values);
});
