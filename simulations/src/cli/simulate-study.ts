import { join } from "node:path";
import { printChecks } from "@commonwatt/vpp-core";
import { KPI_GROUPS } from "../kpis/kpis.ts";
import { printedNumber } from "../report/markup.ts";
import { groupsOf, type RunGroup } from "../runs/group-runs.ts";
import { neighbourhoodHash } from "../runs/input-hash.ts";
import { loadRun } from "../runs/load-run.ts";
import { openRunFolder } from "../runs/run-folder.ts";
import { type Axis, plansOf } from "../runs/run-grid.ts";
import type { StudyRun } from "../runs/run-outcome.ts";
import type { RunPlan } from "../runs/run-plan.ts";
import { runAll } from "../runs/run-pool.ts";
import { studyChecks } from "../runs/study-checks.ts";
import { endedStudy, studyManifest } from "../runs/study-manifest.ts";
import { json } from "../runs/write-run.ts";
import { writeStudy } from "../runs/write-study.ts";
import { progressBar } from "./progress-bar.ts";

/** What is asked of a study beside its plan and its axes. */
export interface StudyRequest {
  readonly command: string;
  readonly version: string;
  readonly workers: number;
  readonly out: string | null;
  readonly json: boolean;
}

/** Runs every combination of the axes, and prints and writes them side by side. */
export async function runStudy(plan: RunPlan, axes: readonly Axis[], request: StudyRequest): Promise<void> {
  const loaded = await loadRun(plan, { workers: request.workers, tracedHomes: 0 });
  const { neighbourhood } = loaded;
  const hash = neighbourhoodHash(neighbourhood);
  const name = `${neighbourhood.community}-study-${hash.slice(2, 10)}`;
  const folder = openRunFolder(request.out ?? join("simulation-runs", name), (manifest) => {
    const found = manifest as { readonly neighbourhoodHash?: unknown; readonly runs?: unknown } | null;
    return found?.neighbourhoodHash === hash && Array.isArray(found.runs);
  });
  const begun = studyManifest(loaded, plan, axes, request);
  folder.write("manifest.json", json(begun));
  const plans = plansOf(plan, axes);
  const bar = progressBar(process.stderr, { name: "runs", perStep: 1 });
  let done = 0;
  const runs = await runAll(plans, {
    folder: folder.path,
    version: request.version,
    workers: request.workers,
    onRun: (run, at) => {
      done += 1;
      if (request.json) process.stdout.write(`${JSON.stringify(runEvent(run, at))}\n`);
      bar.update(done, plans.length);
    },
  });
  bar.end();
  const outcomes = runs.map(({ outcome }) => outcome);
  const groups = groupsOf(outcomes, axes);
  const checks = studyChecks(outcomes);
  const manifest = endedStudy(begun, outcomes);
  writeStudy(folder, manifest, outcomes, groups, checks);
  for (const line of request.json ? groups.map(groupEvent) : sideBySide(groups)) {
    process.stdout.write(`${line}\n`);
  }
  const figures = {
    runs: runs.length,
    reused: runs.filter(({ reused }) => reused).length,
    resultHash: manifest.resultHash,
    folder: folder.path,
  };
  printChecks(process.stdout, request.json, figures, checks);
  if (request.json) return;
  const again = figures.reused === 0 ? "" : ` (${figures.reused} of ${runs.length} runs were there already)`;
  process.stdout.write(`\nreport  ${join(folder.path, "report.html")}${again}\n`);
}

function runEvent({ outcome, reused }: StudyRun, at: number): object {
  const { plan, settings, inputHash, resultHash, conserved, kpis, lies } = outcome;
  return {
    event: "run",
    run: at,
    ...plan,
    ...settings,
    inputHash,
    resultHash,
    reused,
    conserved,
    kpis,
    lies,
  };
}

function groupEvent({ values, figures }: RunGroup): string {
  return JSON.stringify({ event: "group", ...values, figures });
}

/** What a person compares; everything else stands in the report. */
const SHOWN = [
  "welfareShare",
  "regretMost",
  "regretPromised",
  "operatorBalance",
  "savingsPerHome",
  "gini",
  "jain",
  "localShare",
  "selfSufficiency",
];

function sideBySide(groups: readonly RunGroup[]): readonly string[] {
  const units = new Map(KPI_GROUPS.flatMap(({ kpis }) => kpis.map(({ name, unit }) => [name, unit])));
  const cells = ({ figures }: RunGroup): readonly string[] =>
    SHOWN.map((kpi) => printedNumber(shortened(figures[kpi]?.mean ?? null)));
  const width = Math.max(...groups.map(({ name }) => name.length), 4);
  const row = (name: string, values: readonly string[]): string =>
    [name.padEnd(width), ...values.map((value, at) => value.padStart(SHOWN[at]?.length ?? 0))].join("  ");
  const unitRow = row(
    "",
    SHOWN.map((kpi) => units.get(kpi) ?? ""),
  );
  return [row("", SHOWN), unitRow, ...groups.map((group) => row(group.name, cells(group))), ""];
}

/** Four digits: in a table more only hide what differs. */
function shortened(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(4));
}
