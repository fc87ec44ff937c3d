import type { DataReport } from "../data/data-report.ts";
import type { KpiValue } from "../kpis/kpi.ts";
import { KPI_GROUPS } from "../kpis/kpis.ts";
import { printedNumber } from "../report/markup.ts";

/** Figures as NDJSON, after what was found in the data. */
export function kpiEvents(kpis: readonly KpiValue[], report: DataReport): readonly string[] {
  return [
    JSON.stringify({ event: "data", ...report }),
    ...kpis.map(({ name, unit, value, reason }) =>
      JSON.stringify({ event: "kpi", name, unit, value, ...(reason === null ? {} : { reason }) }),
    ),
  ];
}

/** Figures for a person, group by group, after what was found in the data. */
export function kpiLines(kpis: readonly KpiValue[], report: DataReport): readonly string[] {
  const byName = new Map(kpis.map((kpi) => [kpi.name, kpi]));
  const groups = KPI_GROUPS.flatMap(({ title, kpis: members }) => [
    title,
    ...members.map(({ name, unit }) => {
      const { value = null, reason } = byName.get(name) ?? {};
      const said = value === null ? `no value: ${reason}` : unit;
      return `  ${name.padEnd(22)} ${printedNumber(value).padStart(12)}  ${said}`;
    }),
    "",
  ]);
  const mended = report.findings.map(
    ({ site, quantity, problem, count, rule }) =>
      `  ${site} ${quantity}: ${count} × ${problem}, handled by "${rule}"`,
  );
  const assumed = report.assumptions.map((assumption) => `  assumed: ${assumption}`);
  return [`${report.path} (${report.format})`, ...mended, ...assumed, "", ...groups];
}
