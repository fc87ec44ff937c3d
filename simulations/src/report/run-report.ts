import type { Check } from "@commonwatt/vpp-core";
import type { KpiValue } from "../kpis/kpi.ts";
import { type Figure, figureHtml } from "./figure.ts";
import { kpiTables } from "./kpi-table.ts";
import { element, textElement } from "./markup.ts";
import { factsHtml, pageHtml } from "./page.ts";

/** What a report of one run shows. */
export interface RunReport {
  readonly title: string;
  /** What was run, as names and values. */
  readonly facts: Readonly<Record<string, string>>;
  readonly checks: readonly Check[];
  readonly figures: readonly Figure[];
  readonly kpis: readonly KpiValue[];
}

/** The report of a run, as a page of its own. */
export function runReportHtml({ title, facts, checks, figures, kpis }: RunReport): string {
  return pageHtml(title, [factsHtml(facts), checksHtml(checks), ...figures.map(figureHtml), kpiTables(kpis)]);
}

/** Verdicts as a table. */
export function checksHtml(checks: readonly Check[]): string {
  const rows = checks.map(({ name, value, target, holds }) =>
    element(
      "tr",
      {},
      textElement("td", { class: holds ? "holds" : "fails" }, holds ? "holds" : "FAILS"),
      textElement("th", { scope: "row" }, name),
      textElement("td", { class: "number" }, String(value)),
      textElement("td", { class: "soft" }, `target ${target}`),
    ),
  );
  return element(
    "section",
    { id: "checks" },
    textElement("h2", {}, "Checks"),
    element("table", {}, element("tbody", {}, ...rows)),
  );
}
