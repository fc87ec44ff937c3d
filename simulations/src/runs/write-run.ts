import { formatPrice, isoTime, priceMicroPerKwh } from "@commonwatt/vpp-core";
import { figuresOfRun } from "../report/figures-of-run.ts";
import { runReportHtml } from "../report/run-report.ts";
import { csvOf } from "./csv.ts";
import { homeTable } from "./home-table.ts";
import { intervalTable } from "./interval-table.ts";
import type { LoadedRun } from "./load-run.ts";
import type { Manifest } from "./manifest.ts";
import { parquetOf } from "./parquet.ts";
import type { RunFolder } from "./run-folder.ts";
import type { RunStudy } from "./study-run.ts";
import { summaryOf } from "./summary.ts";
import { zoneTable } from "./zone-table.ts";

/** Writes everything that a run is known by: the manifest last, as the sign that the rest is there. */
export function writeRun(folder: RunFolder, loaded: LoadedRun, study: RunStudy, manifest: Manifest): void {
  const { neighbourhood, reports, assumptions } = loaded;
  const { result, baseline, feeder, kpis, checks } = study;
  const tables = {
    intervals: intervalTable(neighbourhood, result.intervals, feeder),
    homes: homeTable(neighbourhood, result, baseline),
    ...(result.network === null ? {} : { zones: zoneTable(neighbourhood, result.network) }),
  };
  for (const [name, table] of Object.entries(tables)) {
    folder.write(`${name}.csv`, csvOf(table));
    folder.write(`${name}.parquet`, parquetOf(table));
  }
  folder.write("summary.json", json({ ...summaryOf(neighbourhood, study), data: reports, assumptions }));
  folder.write(
    "report.html",
    runReportHtml({
      title: `${neighbourhood.community}: ${manifest.mechanism.name}`,
      facts: factsOf(loaded, manifest),
      figures: figuresOfRun(neighbourhood, result, baseline, feeder),
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
  { neighbourhood, reports, assumptions }: LoadedRun,
  { settings, mechanism, inputHash, resultHash }: Manifest,
): Readonly<Record<string, string>> {
  const { startMs, intervals, intervalMinutes, siteIds, strategies } = neighbourhood;
  const sources = Object.values(reports);
  const mended = sources.flatMap(({ findings }) => findings).reduce((sum, { count }) => sum + count, 0);
  const assumed = [...sources.flatMap((report) => report.assumptions), ...assumptions];
  const formats = sources.map(({ format }) => format).join(", ");
  const words =
    mended === 0 ? "nothing had to be mended" : `${mended} values mended by rule, see summary.json`;
  return {
    homes: String(siteIds.length),
    time: `${intervals} intervals of ${intervalMinutes} minutes from ${isoTime(startMs).slice(0, 10)}`,
    data: formats === "" ? "from models" : `${formats}; ${words}`,
    ...(assumed.length === 0 ? {} : { assumed: assumed.join("; ") }),
    mechanism: `${mechanism.name} (${mechanism.source})`,
    strategy: `${[...new Set(strategies)].join(", ")}; forecast ${settings.forecast}, seed ${settings.seed}`,
    tariff: `retail ${spanOf(neighbourhood.retailPrice)}, feed-in ${spanOf(neighbourhood.feedInPrice)} per kWh`,
    "input hash": inputHash,
    ...(resultHash === null ? {} : { "result hash": resultHash }),
  };
}

function spanOf(prices: Int32Array): string {
  const low = prices.reduce((least, micro) => Math.min(least, micro), Number.MAX_SAFE_INTEGER);
  const high = prices.reduce((most, micro) => Math.max(most, micro), 0);
  const [from, to] = [low, high].map((micro) => formatPrice(priceMicroPerKwh(micro)));
  return from === to ? `${from}` : `${from} to ${to}`;
}
