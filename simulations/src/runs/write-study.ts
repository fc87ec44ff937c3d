import type { Mechanism, MechanismPromises } from "@commonwatt/market";
import type { Check } from "@commonwatt/vpp-core";
import { namedMechanism } from "../engine/named-mechanism.ts";
import { studyReportHtml } from "../report/study-report.ts";
import { csvOf } from "./csv.ts";
import type { RunGroup } from "./group-runs.ts";
import { parquetOf } from "./parquet.ts";
import type { RunFolder } from "./run-folder.ts";
import type { RunOutcome } from "./run-outcome.ts";
import type { StudyManifest } from "./study-manifest.ts";
import { groupTable, runTable } from "./study-tables.ts";
import { json } from "./write-run.ts";

/** Writes everything that a study is known by beside its runs. */
export function writeStudy(
  folder: RunFolder,
  manifest: StudyManifest,
  outcomes: readonly RunOutcome[],
  groups: readonly RunGroup[],
  checks: readonly Check[],
): void {
  for (const [name, table] of Object.entries({ runs: runTable(outcomes), groups: groupTable(groups) })) {
    folder.write(`${name}.csv`, csvOf(table));
    folder.write(`${name}.parquet`, parquetOf(table));
  }
  const summary = groups.map(({ name, values, figures }) => ({ name, values, figures }));
  folder.write("summary.json", json({ groups: summary, checks }));
  const varied = manifest.axes.map(({ name, values }) => `${name} (${values.length})`);
  const groupName = manifest.axes.map(({ name }) => name).filter((name) => name !== "seed");
  const [first] = outcomes;
  folder.write(
    "report.html",
    studyReportHtml({
      title: `${first?.community ?? "nothing"}: ${varied.join(", ")}`,
      facts: factsOf(manifest, outcomes),
      checks,
      groupName: groupName.join(", ") || "runs",
      groups,
      notes: promisesOf(outcomes),
    }),
  );
  folder.write("manifest.json", json(manifest));
}

function factsOf(
  { plan, neighbourhoodHash, resultHash }: StudyManifest,
  outcomes: readonly RunOutcome[],
): Readonly<Record<string, string>> {
  const [first] = outcomes;
  return {
    homes: String(first?.homes ?? 0),
    time: `${first?.intervals ?? 0} intervals of ${first?.intervalMinutes ?? 0} minutes`,
    runs: String(outcomes.length),
    from: plan.scenario ?? plan.data ?? "",
    "neighbourhood hash": neighbourhoodHash,
    ...(resultHash === null ? {} : { "result hash": resultHash }),
  };
}

const TRUTHFUL: Readonly<Record<MechanismPromises["truthfulFor"], string>> = {
  nobody: "nobody",
  "unit-traders": "traders with one order, all of one energy",
  "single-orders": "traders with one order, about its price",
  "all-traders": "everyone",
};
const OPERATOR: Readonly<Record<MechanismPromises["operator"], string>> = {
  zero: "keeps nothing",
  rounding: "keeps what is rounded",
  surplus: "may gain",
  deficit: "may pay",
};

function promisesOf(outcomes: readonly RunOutcome[]): Parameters<typeof studyReportHtml>[0]["notes"] {
  const names = [...new Set(outcomes.map(({ settings }) => settings.mechanism))];
  const words = ({ source, promises }: Mechanism): readonly string[] => [
    source,
    promises.efficient ? "the best" : "maybe less",
    TRUTHFUL[promises.truthfulFor],
    OPERATOR[promises.operator],
  ];
  return {
    headings: ["mechanism", "source", "welfare", "no lie pays for", "the operator"],
    rows: names.map((name) => [name, ...words(namedMechanism(name))]),
  };
}
