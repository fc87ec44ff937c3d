import { formatPrice, isoTime, priceMicroPerKwh } from "@commonwatt/vpp-core";
import type { DataReport } from "../data/data-report.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import { figuresOfRun } from "../report/figures-of-run.ts";
import { runReportHtml } from "../report/run-report.ts";
import { csvOf } from "./csv.ts";
import { homeTable } from "./home-table.ts";
import { intervalTable } from "./interval-table.ts";
import type { Manifest } from "./manifest.ts";
import { parquetOf } from "./parquet.ts";
import type { RunFolder } from "./run-folder.ts";
import type { RunStudy } from "./study-run.ts";
import { summaryOf } from "./summary.ts";

/** Writes everything that a run is known by: the manifest last, as the sign that the rest is there. */
export function writeRun(
  folder: RunFolder,
  neighbourhood: Neighbourhood,
  study: RunStudy,
  manifest: Manifest,
  report: DataReport,
): void {
  const { result, baseline, kpis, checks } = study;
  const tables = {
    intervals: intervalTable(neighbourhood, result.intervals),
    homes: homeTable(neighbourhood, result, baseline),
  };
  for (const [name, table] of Object.entries(tables)) {
    folder.write(`${name}.csv`, csvOf(table));
    folder.write(`${name}.parquet`, parquetOf(table));
  }
  folder.write("summary.json", json({ ...summaryOf(neighbourhood, study), data: report }));
  folder.write(
    "report.html",
    runReportHtml({
      title: `${neighbourhood.community}: ${manifest.mechanism.name}`,
      facts: factsOf(neighbourhood, manifest, report),
      figures: figuresOfRun(neighbourhood, result, baseline),
      kpis,
      checks,
    }),
  );
  folder.write("manifest.json", json(manifest));
}

/** JSON for people and programs. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function factsOf(
  { startMs, intervals, intervalMinutes, siteIds, retailPrice, feedInPrice }: Neighbourhood,
  { plan, mechanism, inputHash, resultHash }: Manifest,
  { format, findings, assumptions }: DataReport,
): Readonly<Record<string, string>> {
  const day = (ms: number): string => isoTime(ms).slice(0, 10);
  const span = (column: Int32Array): string => {
    const low = column.reduce((least, micro) => Math.min(least, micro), Number.MAX_SAFE_INTEGER);
    const high = column.reduce((most, micro) => Math.max(most, micro), 0);
    const [from, to] = [low, high].map((micro) => formatPrice(priceMicroPerKwh(micro)));
    return from === to ? `${from}` : `${from} to ${to}`;
  };
  const handled = findings.reduce((sum, { count }) => sum + count, 0);
  return {
    homes: String(siteIds.length),
    time: `${intervals} intervals of ${intervalMinutes} minutes from ${day(startMs)}`,
    data: `${format}; ${handled === 0 ? "nothing had to be mended" : `${handled} values were mended by rule, see summary.json`}`,
    ...(assumptions.length === 0 ? {} : { assumed: assumptions.join("; ") }),
    mechanism: `${mechanism.name} (${mechanism.source})`,
    strategy: `${plan.strategy}, forecast ${plan.forecast}, seed ${plan.seed}`,
    tariff: `retail ${span(retailPrice)}, feed-in ${span(feedInPrice)} per kWh`,
    "input hash": inputHash,
    ...(resultHash === null ? {} : { "result hash": resultHash }),
  };
}
