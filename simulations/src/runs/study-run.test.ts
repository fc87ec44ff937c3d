import { expect, test } from "vitest";
import { smallStreet } from "../../test/small-street.ts";
import { inputHash } from "./input-hash.ts";
import { loadNeighbourhood } from "./load-neighbourhood.ts";
import type { RunPlan } from "./run-plan.ts";
import { studyRun } from "./study-run.ts";

async function planned(changes: Partial<RunPlan> = {}): Promise<RunPlan> {
  const usual = { mechanism: "uniform", strategy: "truthful", forecast: "persistence", seed: "1" } as const;
  return { data: await smallStreet(), ...usual, days: null, shuffle: null, lieBooks: 4, ...changes };
}

async function studied(plan: RunPlan, workers: number = 1) {
  const { neighbourhood } = await loadNeighbourhood(plan);
  const { result, kpis, checks } = await studyRun(neighbourhood, plan, { workers, trace: false });
  return { input: inputHash(neighbourhood, plan, "1"), hash: result.hash, kpis, checks };
}

test("a run is the same bits again, with homes in another order and with any number of threads", async () => {
  const plan = await planned();
  const first = await studied(plan);
  expect(first.checks.every(({ holds }) => holds)).toBe(true);
  expect(first.kpis.find(({ name }) => name === "traded")?.value).toBeGreaterThan(0);
  expect(await studied(plan)).toEqual(first);
  expect(await studied({ ...plan, shuffle: "7" })).toEqual(first);
  expect(await studied(plan, 2)).toEqual(first);
});

test("a run is known by what its figures depend on", async () => {
  const plan = await planned();
  const { neighbourhood } = await loadNeighbourhood(plan);
  const known = inputHash(neighbourhood, plan, "1");
  const others = [
    inputHash(neighbourhood, { ...plan, seed: "2" }, "1"),
    inputHash(neighbourhood, { ...plan, mechanism: "sbba" }, "1"),
    inputHash(neighbourhood, { ...plan, forecast: "perfect" }, "1"),
    inputHash(neighbourhood, { ...plan, lieBooks: 5 }, "1"),
    inputHash(neighbourhood, plan, "2"),
    inputHash(
      { ...neighbourhood, retailPrice: neighbourhood.retailPrice.map((price) => price + 1) },
      plan,
      "1",
    ),
    inputHash({ ...neighbourhood, carbonGPerKwh: null }, plan, "1"),
    inputHash({ ...neighbourhood, feePpm: 1 }, plan, "1"),
  ];
  expect(new Set([known, ...others]).size).toBe(others.length + 1);
  expect(inputHash(neighbourhood, { ...plan, data: "elsewhere", shuffle: "3" }, "1")).toBe(known);
});

test("with nobody trading there is nothing to gain, and nothing to lose", async () => {
  const { kpis, checks } = await studied(await planned({ strategy: "none" }));
  const value = (name: string) => kpis.find((kpi) => kpi.name === name);
  expect(value("traded")?.value).toBe(0);
  expect(value("savingsPerHome")?.value).toBe(0);
  expect(value("welfareShare")?.reason).toBe("no order could have met another");
  expect(value("regretMean")?.reason).toBe("no book had both bids and offers");
  expect(checks.every(({ holds }) => holds)).toBe(true);
});
