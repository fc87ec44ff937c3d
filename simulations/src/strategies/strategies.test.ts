import { epochMs } from "@commonwatt/vpp-core";
import { describe, expect, test } from "vitest";
import { ObjectRun } from "../engine/object-run.ts";
import { simulate } from "../engine/simulate.ts";
import type { SimulationOptions } from "../engine/simulation-options.ts";
import type { SimulationResult } from "../engine/simulation-result.ts";
import { FORECASTS } from "../forecasts/forecast-registry.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import { syntheticNeighbourhood } from "../neighbourhood/synthetic-neighbourhood.ts";
import { QuoteSheet } from "./quote-sheet.ts";
import type { StrategyName } from "./strategy-name.ts";
import { STRATEGIES } from "./strategy-registry.ts";

/** Those that need nobody from outside. */
const NAMES = (Object.keys(STRATEGIES) as readonly StrategyName[]).filter((name) => name !== "outside");
const CENT = 10_000;

function homesThat(strategy: StrategyName): Neighbourhood {
  const startMs = epochMs(Date.UTC(2026, 5, 1));
  return syntheticNeighbourhood({
    homes: 12,
    days: 2,
    intervalMinutes: 15,
    seed: "strategies",
    startMs,
    strategy,
  });
}

/** Cheap from midnight to six. */
function cheapNights(given: Neighbourhood): Neighbourhood {
  const retailPrice = given.retailPrice.map((_, t) => (t % 96 < 24 ? 12 * CENT : 36 * CENT));
  return { ...given, retailPrice, feedInPrice: given.feedInPrice.map(() => 8 * CENT) };
}

function firstHours(given: Neighbourhood, hours: number): Neighbourhood {
  const intervals = hours * 4;
  const [energies, prices] = [intervals * given.siteIds.length, intervals];
  return {
    ...given,
    intervals,
    loadWh: given.loadWh.slice(0, energies),
    pvWh: given.pvWh.slice(0, energies),
    retailPrice: given.retailPrice.slice(0, prices),
    feedInPrice: given.feedInPrice.slice(0, prices),
    carbonGPerKwh: given.carbonGPerKwh?.slice(0, prices) ?? null,
  };
}

function run(neighbourhood: Neighbourhood, workers = 1): Promise<SimulationResult> {
  const options: SimulationOptions = {
    neighbourhood,
    mechanism: "uniform",
    forecast: "perfect",
    seed: "1",
    workers,
  };
  return simulate(options);
}

function sum(column: Iterable<number>): number {
  return [...column].reduce((total, value) => total + value, 0);
}

describe("strategies", () => {
  test("side by side come to the same on two threads and in plain objects", async () => {
    const homes = firstHours(cheapNights(homesThat("none")), 24);
    const strategies = homes.siteIds.map((_, home) => NAMES[home % NAMES.length] as StrategyName);
    const neighbourhood = { ...homes, strategies };
    const result = await run(neighbourhood);
    expect(result.conserved).toBe(true);
    expect((await run(neighbourhood, 2)).hash).toBe(result.hash);
    await STRATEGIES.optimiser.prepare?.();
    const objects = new ObjectRun({
      ...{ neighbourhood, mechanism: "uniform", forecast: "perfect", seed: "1", workers: 1 },
    });
    for (let t = 0; t < neighbourhood.intervals; t++) objects.run(t);
    expect(objects.result().hash).toBe(result.hash);
  });

  test("differ in what they come to", async () => {
    const hashes = await Promise.all(NAMES.map(async (name) => (await run(homesThat(name))).hash));
    // With a flat tariff the battery by the clock follows its house, as self-consumption does.
    expect(new Set(hashes).size).toBe(NAMES.length - 1);
  });

  test.each(["zi-c", "zip", "linear-ramp"] as const)("%s names no price at which it loses", (name) => {
    const neighbourhood = homesThat(name);
    const forecast = FORECASTS.perfect.begin(neighbourhood, "1");
    const [own, honest] = [name, "truthful" as const].map((one) =>
      STRATEGIES[one].begin({ neighbourhood, seed: "1", forecast }),
    );
    const homes = neighbourhood.siteIds.length;
    const [expectedLoadWh, expectedPvWh] = [new Int32Array(homes), new Int32Array(homes)];
    const moment = {
      ...{ retailPrice: 30 * CENT, feedInPrice: 8 * CENT, referencePrice: 20 * CENT, interval: 0 },
      ...{ expectedLoadWh, expectedPvWh, storedWh: new Int32Array(homes).fill(3_000) },
      ...{ chargeMaxWh: new Int32Array(homes).fill(500), dischargeMaxWh: new Int32Array(homes).fill(500) },
    };
    const [sheet, honestSheet] = [new QuoteSheet(), new QuoteSheet()];
    let others = 0;
    for (let interval = 0; interval < neighbourhood.intervals; interval++) {
      forecast.expect(interval, interval, 0, homes, expectedLoadWh, expectedPvWh);
      sheet.clear();
      honestSheet.clear();
      for (let home = 0; home < homes; home++) {
        own?.quote(home, { ...moment, interval }, sheet);
        honest?.quote(home, { ...moment, interval }, honestSheet);
        own?.cleared?.(home, interval, interval % 3, 0, 20 * CENT);
      }
      expect(sheet.energyWh.slice(0, sheet.count)).toEqual(honestSheet.energyWh.slice(0, honestSheet.count));
      for (let at = 0; at < sheet.count; at++) {
        const gain = (honestSheet.limitPrices[at] as number) - (sheet.limitPrices[at] as number);
        expect(sheet.sides[at] === 0 ? gain : -gain).toBeGreaterThanOrEqual(0);
        if (gain !== 0) others += 1;
      }
    }
    expect(others).toBeGreaterThan(100);
  });

  test("pay less when they heed a tariff, and least when they plan", async () => {
    const cost = async (name: StrategyName): Promise<number> =>
      -sum((await run(cheapNights(homesThat(name)))).homes.withTradingNano);
    const [alone, byClock, planned] = [
      await cost("none"),
      await cost("time-of-use"),
      await cost("optimiser"),
    ];
    expect(byClock).toBeLessThan(alone);
    expect(planned).toBeLessThan(byClock);
  });
});
