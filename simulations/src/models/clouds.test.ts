import { type EpochMs, epochMs } from "@commonwatt/vpp-core";
import { describe, expect, test } from "vitest";
import { clearSkyIndex, type Sky } from "./clouds.ts";

const START_MS = Date.UTC(2026, 5, 21);
const minutes = (count: number): EpochMs[] =>
  Array.from({ length: count }, (_, minute) => epochMs(START_MS + minute * 60_000));
const sky = (seed: string, cloudiness: number): Sky => ({ seed, cloudiness });
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("clouds", () => {
  test("the index stays between a thick cloud and a clear sky, and both happen", () => {
    const indices = minutes(30 * 1440).map((time) => clearSkyIndex(sky("a", 0.4), time));
    expect(Math.min(...indices)).toBeLessThan(0.35);
    expect(Math.min(...indices)).toBeGreaterThanOrEqual(0.25);
    expect(Math.max(...indices)).toBe(1);
  });

  test("more cloudiness is less light", () => {
    const [fair = 0, mixed = 0, dull = 0] = [0.1, 0.5, 0.9].map((cloudiness) =>
      mean(minutes(10 * 1440).map((time) => clearSkyIndex(sky("b", cloudiness), time))),
    );
    expect(fair).toBeGreaterThan(0.9);
    expect(mixed).toBeLessThan(fair - 0.05);
    expect(dull).toBeLessThan(mixed - 0.05);
  });

  test("the same seed and time give the same sky in any order; another seed another", () => {
    const times = minutes(600);
    const forwards = times.map((time) => clearSkyIndex(sky("c", 0.5), time));
    const backwards = [...times].reverse().map((time) => clearSkyIndex(sky("c", 0.5), time));
    expect(backwards.reverse()).toEqual(forwards);
    expect(times.map((time) => clearSkyIndex(sky("d", 0.5), time))).not.toEqual(forwards);
  });

  test("clouds come and go without jumps", () => {
    const seconds = Array.from({ length: 7_200 }, (_, second) => epochMs(START_MS + second * 1_000));
    const indices = seconds.map((time) => clearSkyIndex(sky("e", 0.5), time));
    const jumps = indices.slice(1).map((index, i) => Math.abs(index - (indices[i] ?? 0)));
    expect(Math.max(...jumps)).toBeLessThan(0.05);
  });
});
