import type { DataReport } from "../data/data-report.ts";
import type { KpiValue } from "../kpis/kpi.ts";
import { KPI_GROUPS } from "../kpis/kpis.ts";
import { printedNumber } from "../report/markup.ts";
import type { LoadedRun } from "../runs/load-run.ts";

/** Figures as NDJSON, after what was found in the data. */
export function kpiEvents(kpis: readonly KpiValue[], loaded: LoadedRun): readonly string[] {
  return [
    ...Object.entries(loaded.reports).map(([name, report]) =>
      JSON.stringify({ event: "data", name, ...report }),
    ),
    JSON.stringify({
      event: "loaded",
      memoryMiB: mebibytes(loaded),
      ...loaded.settings,
      assumptions: loaded.assumptions,
    }),
    ...kpis.map(({ name, unit, value, reason }) =>
      JSON.stringify({ event: "kpi", name, unit, value, ...(reason === null ? {} : { reason }) }),
    ),
  ];
}

/** Figures for a person, group by group, after what was found in the data. */
export function kpiLines(kpis: readonly KpiValue[], loaded: LoadedRun): readonly string[] {
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
  const { siteIds, intervals, intervalMinutes } = loaded.neighbourhood;
  const { mechanism, forecast, seed } = loaded.settings;
  return [
    `${siteIds.length} homes, ${intervals} intervals of ${intervalMinutes} minutes, about ${mebibytes(loaded)} MiB`,
    `mechanism ${mechanism}, forecast ${forecast}, seed ${seed}`,
    ...Object.values(loaded.reports).flatMap(reportLines),
    ...loaded.assumptions.map(assumed),
    "",
    ...groups,
  ];
}

function reportLines({ path, format, findings, assumptions }: DataReport): readonly string[] {
  const mended = findings.map(
    ({ site, quantity, problem, count, rule }) =>
      `  ${site} ${quantity}: ${count} × ${problem}, handled by "${rule}"`,
  );
  return [`${path} (${format})`, ...mended, ...assumptions.map(assumed)];
}

function assumed(assumption: string): string {
  return `  assumed: ${assumption}`;
}

function mebibytes({ memoryBytes }: LoadedRun): number {
  return Math.ceil(memoryBytes / 2 ** 20);
}
