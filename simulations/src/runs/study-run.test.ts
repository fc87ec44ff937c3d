import { expect, test } from "vitest";
import { smallPlan } from "../../test/small-street.ts";
import { inputHash } from "./input-hash.ts";
import { loadRun } from "./load-run.ts";
import type { RunPlan } from "./run-plan.ts";
import { studyRun } from "./study-run.ts";

async function studied(plan: RunPlan, workers: number = 1) {
  const { neighbourhood, settings } = await loadRun(plan, { workers, tracedHomes: 0 });
  const { result, kpis, checks } = await studyRun(neighbourhood, settings, {
    workers,
    feeder: null,
    trace: false,
  });
  return { input: inputHash(neighbourhood, settings, "1"), hash: result.hash, kpis, checks };
}

test("a run is the same bits again, with homes in another order and with any number of threads", async () => {
  const plan = await smallPlan();
  const first = await studied(plan);
  expect(first.checks.every(({ holds }) => holds)).toBe(true);
  expect(first.kpis.find(({ name }) => name === "traded")?.value).toBeGreaterThan(0);
  expect(await studied(plan)).toEqual(first);
  expect(await studied({ ...plan, shuffle: "7" })).toEqual(first);
  expect(await studied(plan, 2)).toEqual(first);
});

test("a run is known by what its figures depend on", async () => {
  const loaded = await loadRun(await smallPlan(), { workers: 1, tracedHomes: 0 });
  const { neighbourhood, settings } = loaded;
  const dearer = neighbourhood.retailPrice.map((price) => price + 1);
  const hashes = [
    inputHash(neighbourhood, settings, "1"),
    inputHash(neighbourhood, { ...settings, seed: "2" }, "1"),
    inputHash(neighbourhood, { ...settings, mechanism: "sbba" }, "1"),
    inputHash(neighbourhood, { ...settings, forecast: "perfect" }, "1"),
    inputHash(neighbourhood, { ...settings, lieBooks: 5 }, "1"),
    inputHash(neighbourhood, settings, "2"),
    inputHash({ ...neighbourhood, retailPrice: dearer }, settings, "1"),
    inputHash({ ...neighbourhood, carbonGPerKwh: null }, settings, "1"),
    inputHash({ ...neighbourhood, feePpm: 1 }, settings, "1"),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
});

test("with nobody trading there is nothing to gain, and nothing to lose", async () => {
  const { kpis, checks } = await studied(await smallPlan({ strategy: "none" }));
  const value = (name: string) => kpis.find((kpi) => kpi.name === name);
  expect(value("traded")?.value).toBe(0);
  expect(value("savingsPerHome")?.value).toBe(0);
  expect(value("welfareShare")?.reason).toBe("no order could have met another");
  expect(value("regretMean")?.reason).toBe("no book had both bids and offers");
  expect(checks.every(({ holds }) => holds)).toBe(true);
});
