import { expect, test } from "vitest";
import { memoryEstimate, requireMemory } from "./memory-estimate.ts";

const MIB = 2 ** 20;

test("memory grows with homes times intervals, and with what is kept of each", () => {
  const size = { homes: 1_000, intervals: 35_040, tracedHomes: 0, workers: 1 };
  const bytes = memoryEstimate(size);
  expect(memoryEstimate({ ...size, homes: 2_000 }) - bytes).toBeGreaterThanOrEqual(1_000 * 35_040 * 16);
  expect(memoryEstimate({ ...size, tracedHomes: 10 }) - bytes).toBe(10 * 35_040 * 40);
  expect(memoryEstimate({ ...size, workers: 2 })).toBeGreaterThan(bytes);
  // A thousand homes through a year of quarters of an hour fit into a GiB.
  expect(bytes).toBeLessThan(1_024 * MIB);
});

test("a simulation that fits is let through with its estimate, another is refused with both figures", () => {
  const size = { homes: 100, intervals: 96, tracedHomes: 0, workers: 1 };
  expect(requireMemory(size, 1_024 * MIB)).toBe(memoryEstimate(size));
  expect(() => requireMemory(size, 100 * MIB)).toThrow(
    expect.objectContaining({
      code: "SIMULATION_TOO_LARGE",
      details: expect.objectContaining({ homes: 100, intervals: 96, neededMiB: 221, availableMiB: 100 }),
    }),
  );
});
