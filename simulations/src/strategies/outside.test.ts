import { epochMs } from "@commonwatt/vpp-core";
import { describe, expect, test } from "vitest";
import { ObjectRun } from "../engine/object-run.ts";
import { simulate } from "../engine/simulate.ts";
import { FORECASTS } from "../forecasts/forecast-registry.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import { syntheticNeighbourhood } from "../neighbourhood/synthetic-neighbourhood.ts";
import type { OutsideAgent, OutsideResult } from "./outside-agent.ts";
import { QuoteSheet } from "./quote-sheet.ts";
import type { StrategyName } from "./strategy-name.ts";
import { STRATEGIES } from "./strategy-registry.ts";

const OPTIONS = { mechanism: "uniform", forecast: "persistence", seed: "1", workers: 1 } as const;
const EVENING = 36;

function homesThat(strategy: StrategyName): Neighbourhood {
  return syntheticNeighbourhood({
    ...{ homes: 8, days: 2, intervalMinutes: 60, seed: "outside", strategy },
    startMs: epochMs(Date.UTC(2026, 5, 1)),
  });
}

/** Every other home is decided for from outside, the others are truthful. */
function halfOutside(strategy: StrategyName): Neighbourhood {
  const given = homesThat("truthful");
  const retailPrice = given.retailPrice.map((price, t) => (t < EVENING ? price : price + 50_000));
  const strategies = given.siteIds.map((_, home) => (home % 2 === 0 ? strategy : "truthful"));
  return { ...given, retailPrice, strategies } satisfies Neighbourhood;
}

/** Decides as a built-in strategy does, and keeps what it was told. */
function mimic(neighbourhood: Neighbourhood, name: StrategyName): OutsideAgent & { told: OutsideResult[] } {
  const forecast = FORECASTS.persistence.begin(neighbourhood, "1");
  const built = STRATEGIES[name].begin({ neighbourhood, seed: "1", forecast });
  const told: OutsideResult[] = [];
  const hear = (homes: readonly number[], results: readonly (OutsideResult | null)[]): void => {
    results.forEach((result, place) => {
      if (result === null) return;
      const { interval, soldWh, boughtWh, price } = result;
      told.push({ ...result });
      built.cleared?.(homes[place] as number, interval, soldWh, boughtWh, price ?? -1);
    });
  };
  return {
    told,
    decide(homes, moment, results) {
      hear(homes, results);
      return homes.map((home) => {
        const sheet = new QuoteSheet();
        built.quote(home, moment, sheet);
        const orders = Array.from({ length: sheet.count }, (_, at) => ({
          side: sheet.sides[at] === 0 ? ("bid" as const) : ("offer" as const),
          energyWh: sheet.energyWh[at] as number,
          limitPrice: sheet.limitPrices[at] as number,
        }));
        return { orders, batteryPowerW: built.idlePowerW?.(home, moment) ?? null };
      });
    },
    ended: hear,
  };
}

describe.each(["truthful", "zi-c", "zip", "time-of-use"] as const)("an agent that decides as %s", (name) => {
  test("comes to the same bits, on arrays and on objects, and hears all that it gained", async () => {
    const neighbourhood = halfOutside("outside");
    const built = await simulate({ ...OPTIONS, neighbourhood: halfOutside(name) });
    const agent = mimic(neighbourhood, name);
    // More threads are asked for than an agent can have.
    const result = await simulate({ ...OPTIONS, neighbourhood, agent, workers: 2 });
    expect(result.hash).toBe(built.hash);
    const ownNano = result.homes.withTradingNano.filter((_, home) => home % 2 === 0);
    // Nothing is expected of the first interval, so that it is told with the second.
    expect(agent.told.length).toBe(neighbourhood.intervals * ownNano.length);
    const gained = agent.told.reduce((sum, { gainNano }) => sum + gainNano, 0);
    expect(gained).toBe(ownNano.reduce((sum, nano) => sum + nano, 0));
    const objects = new ObjectRun({ ...OPTIONS, neighbourhood, agent: mimic(neighbourhood, name) });
    for (let t = 0; t < neighbourhood.intervals; t++) objects.run(t);
    expect(objects.result().hash).toBe(built.hash);
  });
});

test("a home that nobody decides for is refused", async () => {
  await expect(simulate({ ...OPTIONS, neighbourhood: homesThat("outside") })).rejects.toMatchObject({
    code: "SIMULATION_AGENT_MISSING",
  });
});
