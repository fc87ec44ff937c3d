import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderWith } from "../../test/data-files.ts";
import { smallPlan } from "../../test/small-street.ts";
import { groupsOf } from "./group-runs.ts";
import { axisIn, plansOf } from "./run-grid.ts";
import type { RunOutcome, StudyRun } from "./run-outcome.ts";
import type { RunPlan } from "./run-plan.ts";
import { runAll } from "./run-pool.ts";
import { studyChecks } from "./study-checks.ts";
import { groupTable, runTable } from "./study-tables.ts";

const AXES = [axisIn("mechanism=uniform,pay-as-bid,muda"), axisIn("seed=1..3")];

async function grid(changes: Partial<RunPlan> = {}): Promise<readonly RunPlan[]> {
  return plansOf(await smallPlan({ lieBooks: 3, ...changes }), AXES);
}

async function run(plans: readonly RunPlan[], folder: string, workers: number): Promise<readonly StudyRun[]> {
  return await runAll(plans, { folder, version: "1", workers, onRun: () => {} });
}

const outcomesOf = (runs: readonly StudyRun[]): readonly RunOutcome[] => runs.map(({ outcome }) => outcome);

describe("a study", { timeout: 180_000 }, () => {
  test("has the same outcomes with any number of threads, and goes on where it stopped", async () => {
    const plans = await grid();
    const [one, two] = [await folderWith({}), await folderWith({})];
    const first = await run(plans, one, 1);
    expect(first.every(({ reused }) => !reused)).toBe(true);
    expect(first.map(({ outcome }) => outcome.plan)).toEqual(plans);
    expect(outcomesOf(await run(plans.slice(0, 4), two, 2))).toEqual(outcomesOf(first).slice(0, 4));
    // A run that was cut off is run again, a whole one is not.
    const [file = ""] = readdirSync(join(two, "runs"));
    writeFileSync(join(two, "runs", file), '{"plan":');
    const rest = await run(plans, two, 2);
    expect(outcomesOf(rest)).toEqual(outcomesOf(first));
    expect(rest.filter(({ reused }) => reused).length).toBe(3);
    expect((await run(plans, two, 1)).every(({ reused }) => reused)).toBe(true);
  });

  test("is summed up over its seeds, with its intervals, and judged", async () => {
    const outcomes = outcomesOf(await run(await grid(), await folderWith({}), 2));
    const groups = groupsOf(outcomes, AXES);
    expect(groups.map(({ name }) => name)).toEqual(["uniform", "pay-as-bid", "muda"]);
    for (const { figures, runs } of groups) {
      const loads = runs.map(({ kpis }) => kpis["load"] ?? Number.NaN);
      const mean = loads.reduce((sum, load) => sum + load, 0) / 3;
      // Nothing is drawn but MUDA's halves, and those by community and interval: every seed has the same load.
      expect(figures["load"]).toMatchObject({ count: 3, student: { low: mean, high: mean } });
      expect(figures["load"]?.mean).toBeCloseTo(mean, 9);
    }
    const checks = studyChecks(outcomes);
    expect(checks.map(({ name, holds }) => [name, holds])).toEqual([
      ["conserved", true],
      ["operatorBeyondPromise", true],
      ["welfareLost", true],
      ["liesThatPay/pay-as-bid", true],
      ["liesThatPay/muda", true],
    ]);
    const table = groupTable(groups);
    const rows = 3 * Object.keys(outcomes[0]?.kpis ?? {}).length;
    expect(table.rows).toBe(rows);
    expect(table.columns.every(({ values }) => values.length === rows)).toBe(true);
    expect(runTable(outcomes).rows).toBe(9);
  });

  test("ends with the error of a run that fails", async () => {
    const plans = await grid({ days: 30 });
    await expect(run(plans, await folderWith({}), 2)).rejects.toMatchObject({ code: "IMPORT_OUT_OF_TIME" });
  });
});

test("a check fails when a run does not keep what it must, or a lie pays that must not", () => {
  const none = { books: 1, traders: 4, paying: 0, meanNano: 0, mostNano: 0, worst: null };
  const outcome = {
    settings: { mechanism: "muda" },
    checks: [{ name: "conserved", value: 0, target: "1", holds: false }],
    lies: { traded: none, promised: { ...none, paying: 1 } },
  } as unknown as RunOutcome;
  const deaf = { ...outcome, settings: { mechanism: "pay-as-bid" }, lies: { traded: none, promised: null } };
  const failed = studyChecks([outcome, deaf as RunOutcome]).filter(({ holds }) => !holds);
  expect(failed.map(({ name, value }) => [name, value])).toEqual([
    ["conserved", 0],
    ["liesThatPay/muda", 1],
    ["liesThatPay/pay-as-bid", 0],
  ]);
});
