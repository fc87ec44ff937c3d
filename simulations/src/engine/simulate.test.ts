import { epochMs } from "@commonwatt/vpp-core";
import { describe, expect, test } from "vitest";
import { syntheticNeighbourhood } from "../neighbourhood/synthetic-neighbourhood.ts";
import { simulate } from "./simulate.ts";

const neighbourhood = syntheticNeighbourhood({
  homes: 12,
  days: 2,
  intervalMinutes: 15,
  seed: "simulate",
  strategy: "truthful",
  startMs: epochMs(Date.UTC(2026, 5, 1)),
});
const options = { neighbourhood, mechanism: "uniform", forecast: "perfect", seed: "1", workers: 1 } as const;
const sum = (column: Iterable<number>): number => [...column].reduce((total, value) => total + value, 0);

describe("simulate", () => {
  test("trades, delivers and accounts", async () => {
    const { intervals, homes, conserved } = await simulate(options);
    expect(conserved).toBe(true);
    expect(sum(intervals.tradedWh)).toBeGreaterThan(10_000);
    expect(sum(intervals.settledWh)).toBeGreaterThan(0.9 * sum(intervals.tradedWh));
    expect(sum(homes.withTradingNano)).toBeGreaterThan(sum(homes.withoutTradingNano));
    expect(sum(homes.importWh)).toBe(sum(intervals.importWh));
  });
});
