import { MECHANISMS, mechanismOf } from "@commonwatt/market";
import { epochMs, siteId } from "@commonwatt/vpp-core";
import { describe, expect, test } from "vitest";
import { syntheticNeighbourhood } from "../neighbourhood/synthetic-neighbourhood.ts";
import { ObjectRun } from "./object-run.ts";
import { simulate } from "./simulate.ts";
import type { SimulationOptions } from "./simulation-options.ts";
import type { SimulationResult } from "./simulation-result.ts";

const SUMMER_MS = epochMs(Date.UTC(2026, 5, 1));
const drawn = { homes: 14, days: 2, intervalMinutes: 15, seed: "simulate", startMs: SUMMER_MS } as const;
const neighbourhood = syntheticNeighbourhood({ ...drawn, strategy: "truthful" });
const options: SimulationOptions = {
  neighbourhood,
  mechanism: "uniform",
  forecast: "perfect",
  seed: "1",
  workers: 1,
};
const sum = (column: Iterable<number>): number => [...column].reduce((total, value) => total + value, 0);

function runObjects(given: SimulationOptions): SimulationResult {
  const run = new ObjectRun(given);
  for (let t = 0; t < given.neighbourhood.intervals; t++) run.run(t);
  return run.result();
}

describe("simulate", () => {
  test("trades, delivers and accounts", async () => {
    const { intervals, homes, conserved } = await simulate(options);
    expect(conserved).toBe(true);
    expect(sum(intervals.tradedWh)).toBeGreaterThan(10_000);
    expect(sum(intervals.settledWh)).toBeGreaterThan(0.9 * sum(intervals.tradedWh));
    expect(sum(homes.withTradingNano)).toBeGreaterThan(sum(homes.withoutTradingNano));
    expect(sum(homes.importWh)).toBe(sum(intervals.importWh));
    expect(intervals.bestWelfareNano).toEqual(intervals.welfareNano);
  });

  test.each([
    ["uniform", "perfect", 0],
    ["uniform:0", "persistence", 12_345],
    ["pay-as-bid", "persistence", 1_000_000],
    ["random-bilateral", "perfect", 0],
  ] as const)(
    "comes to what the live objects come to: %s, %s, a fee of %i ppm",
    async (mechanism, forecast, feePpm) => {
      const given: SimulationOptions = {
        ...options,
        ...{ mechanism, forecast, neighbourhood: { ...neighbourhood, feePpm } },
        ...{ trace: { homes: "all" }, books: [40, 60] },
      };
      expect(await simulate(given)).toEqual(runObjects(given));
    },
  );

  test.each([
    ["self-consumption", 5],
    ["none", 60],
    ["truthful", 1],
  ] as const)("and with the strategy %s in intervals of %i minutes", async (strategy, intervalMinutes) => {
    const days = intervalMinutes === 1 ? 0.25 : 1;
    const other = syntheticNeighbourhood({ ...drawn, strategy, intervalMinutes, days });
    const given = { ...options, neighbourhood: other } as const;
    expect(await simulate(given)).toEqual(runObjects(given));
  });

  test.each([2, 3])("comes to the same on %i threads", async (workers) => {
    const traced = { ...options, trace: { homes: neighbourhood.siteIds.slice(4, 9) } } as const;
    expect(await simulate({ ...traced, workers })).toEqual(await simulate(traced));
  });

  test("comes to the same on 2 threads when prices rise, whoever clears and whoever accounts", async () => {
    const rising = {
      ...neighbourhood,
      retailPrice: neighbourhood.retailPrice.map((price, t) => price + t * 1_000),
    };
    const given = { ...options, neighbourhood: rising };
    expect(await simulate({ ...given, workers: 2 })).toEqual(await simulate(given));
  });

  test("conserves money under every mechanism", async () => {
    const days = { ...neighbourhood, intervals: 96 };
    const names = Object.keys(MECHANISMS).filter(
      (name) => mechanismOf({ name }).promises.needs !== "network",
    );
    const found: Record<string, number> = {};
    for (const mechanism of names) {
      const { intervals, conserved } = await simulate({ ...options, mechanism, neighbourhood: cut(days) });
      expect(conserved, mechanism).toBe(true);
      const [paid, received, operator, grid, fees] = [
        intervals.paidNano,
        intervals.receivedNano,
        intervals.operatorNano,
        intervals.gridNano,
        intervals.feeNano,
      ].map(sum) as [number, number, number, number, number];
      expect(paid, mechanism).toBe(received + operator + grid + fees);
      found[mechanism] = sum(intervals.settledWh);
      expect(sum(intervals.welfareNano), mechanism).toBeLessThanOrEqual(sum(intervals.bestWelfareNano));
    }
    expect(found["mid-market-rate"]).toBeGreaterThan(0);
    expect(found["vcg"]).toBeGreaterThan(0);
  });

  test("says what it is told wrong", async () => {
    const code = (given: Partial<SimulationOptions>): Promise<unknown> =>
      simulate({ ...options, ...given }).catch((error: { code?: string }) => error.code);
    expect(await code({ mechanism: "huang:3" })).toBe("SIMULATION_MECHANISM_UNKNOWN");
    expect(await code({ mechanism: "network-constrained" })).toBe("SIMULATION_OPTIONS_INVALID");
    expect(await code({ workers: 0 })).toBe("SIMULATION_OPTIONS_INVALID");
    expect(await code({ trace: { homes: [siteId("nobody")] } })).toBe("SIMULATION_OPTIONS_INVALID");
    expect(await code({ books: [192] })).toBe("SIMULATION_OPTIONS_INVALID");
    const backwards = { ...neighbourhood, siteIds: neighbourhood.siteIds.toReversed() };
    expect(await code({ neighbourhood: backwards })).toBe("SIMULATION_NEIGHBOURHOOD_INVALID");
  });
});

/** The first intervals of a neighbourhood. */
function cut(given: typeof neighbourhood): typeof neighbourhood {
  const { intervals, siteIds } = given;
  return {
    ...given,
    loadWh: given.loadWh.slice(0, intervals * siteIds.length),
    pvWh: given.pvWh.slice(0, intervals * siteIds.length),
    retailPrice: given.retailPrice.slice(0, intervals),
    feedInPrice: given.feedInPrice.slice(0, intervals),
  };
}
