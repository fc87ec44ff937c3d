import { describe, expect, test } from "vitest";
import { folderWith } from "../../test/data-files.ts";
import { simulate } from "../engine/simulate.ts";
import { kpisOf } from "../kpis/kpis.ts";
import { createNeighbourhood } from "../neighbourhood/create-neighbourhood.ts";
import { frameOf, homesOf } from "../neighbourhood/homes-of.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import { loadScenario } from "./load-scenario.ts";

const HEAD = "seed: 5\nstart: 2026-01-12\ndays: 14\ncloudiness: 0.2\n";
const sites = (plants: string): string =>
  `${HEAD}sites:\n  - { id: house, count: 6, pv: { peakW: 9000 }, ${plants} }\n  - { id: flat }\n`;

async function made(plants: string): Promise<Neighbourhood> {
  return (await loadScenario(`${await folderWith({ "s.yaml": sites(plants) })}/s.yaml`)).neighbourhood;
}

const sum = (column: ArrayLike<number>): number => Array.from(column).reduce((all, value) => all + value, 0);

describe("cars and heat pumps of a scenario", () => {
  test("come on top of the household's load, to the Wh, for the share of homes that has them", async () => {
    const [bare, full] = await Promise.all([
      made("battery: { capacityWh: 8000 }"),
      made("battery: { capacityWh: 8000 }, heatPump: { share: 0.5 }, ev: { share: 0.5, commuterShare: 1 }"),
    ]);
    const { flexible, siteIds } = full;
    expect([sum(flexible.cars), sum(flexible.heatPumps)]).toEqual([3, 3]);
    const added = Int32Array.from(full.loadWh, (energyWh, at) => energyWh - (bare.loadWh[at] ?? 0));
    siteIds.forEach((_, home) => {
      const own = added.filter((__, at) => at % siteIds.length === home);
      expect(Math.min(...own)).toBeGreaterThanOrEqual(0);
      expect(sum(own)).toBe((flexible.carChargedWh[home] ?? 0) + (flexible.heatPumpWh[home] ?? 0));
    });
    expect(full.pvWh).toEqual(bare.pvWh);
    expect(full.batteries).toEqual(bare.batteries);
  });

  test("take what the sun leaves over when told to, before battery and market", async () => {
    const exported = async (control: string): Promise<number> => {
      const neighbourhood = await made(`heatPump: { control: ${control} }, ev: { control: ${control} }`);
      const options = { neighbourhood, mechanism: "uniform", forecast: "persistence", seed: "1" } as const;
      return sum((await simulate({ ...options, workers: 1 })).intervals.exportWh);
    };
    expect(await exported("surplus")).toBeLessThan(0.85 * (await exported("at-once")));
  });

  test("are told in the figures of a run, which has none without them", async () => {
    const figures = async (plants: string): Promise<Record<string, number | null>> => {
      const neighbourhood = await made(plants);
      const options = { neighbourhood, mechanism: "uniform", forecast: "persistence", seed: "1" } as const;
      const result = await simulate({ ...options, workers: 1 });
      const input = { neighbourhood, result, baseline: result, regret: null, feeder: null };
      return Object.fromEntries(kpisOf(input).map(({ name, value }) => [name, value]));
    };
    const some = await figures(
      "heatPump: { building: { builtIn: 1960 }, powerMaxW: 2000 }, ev: { capacityWh: 3000, targetShare: 1 }",
    );
    expect(some["heatPumpPerformance"]).toBeGreaterThan(2);
    expect(some["heatPumpPerformance"]).toBeLessThan(4);
    expect(some["coldHours"]).toBeGreaterThan(100);
    expect(some["carUnmet"]).toBeGreaterThan(0);
    expect(some["carUnmetOutings"]).toBeGreaterThan(0);
    expect(await figures("strategy: none")).toMatchObject({
      carCharged: null,
      heatPumpUsed: null,
      coldHours: null,
    });
  });

  test("stay with their home when homes are given in another order", async () => {
    const neighbourhood = await made("heatPump: { share: 0.5 }, ev: { share: 0.5 }");
    const homes = homesOf(neighbourhood).toReversed();
    expect(createNeighbourhood(frameOf(neighbourhood), homes).flexible).toEqual(neighbourhood.flexible);
  });
});
