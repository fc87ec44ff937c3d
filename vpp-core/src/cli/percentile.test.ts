import { expect, test } from "vitest";
import { median, percentile } from "./percentile.ts";

test("takes the nearest rank, whatever the order", () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([0, 0.01, 0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([1, 1, 50, 99, 100]);
  expect(median([9, 1, 5])).toBe(5);
  expect(median([9, 1, 5, 7])).toBe(5);
  expect(percentile([], 0.5)).toBeNaN();
});
