import { basename } from "node:path";
import { badFile, type CsvTable, columnOf, csvTable, numberIn } from "./csv.ts";
import type { RawDataSet } from "./data-set.ts";
import { type Importing, isWanted, requireSites } from "./data-source.ts";
import { commonGrid } from "./grid-of.ts";
import { utcOffset } from "./local-time.ts";
import { utcOf } from "./parse-time.ts";
import type { Quantity, RawSeries } from "./raw-series.ts";
import { csvFilesIn, readText } from "./read-file.ts";

const HALF_HOUR_MS = 1_800_000;
const HALF_HOURS = 48;
const WH_PER_KWH = 1_000;
/** Metering in the Australian market is in eastern standard time all year round. */
const MARKET_TIME = "Etc/GMT-10";
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/** General consumption, controlled load (hot water at night), and what the modules gave in all. */
const CATEGORIES: Readonly<Record<string, Quantity>> = { GC: "load", CL: "load", GG: "pv" };

/** A day as the files write it, `1-Jul-10` or `1/07/2012`; NaN for what is none. */
function dayMs(text: string): number {
  const [, day = "", month = "", year = ""] =
    /^(\d{1,2})[-/ ](\w{1,3})[-/ ](\d{2,4})$/.exec(text.trim()) ?? [];
  const named = MONTHS.indexOf(month.toLowerCase());
  const at = named >= 0 ? named : Number(month) - 1;
  const ms = Date.UTC(Number(year) + (year.length === 2 ? 2000 : 0), at, Number(day));
  return new Date(ms).getUTCMonth() === at ? ms : Number.NaN;
}

/** Half hours of one customer and category, in the order of the file. */
interface Column {
  readonly site: string;
  readonly category: string;
  /** Starts of half hours, in local time as if it were UTC. */
  readonly localMs: number[];
  readonly valuesWh: number[];
}

/** The columns that the header names: one value for each half hour, by the time at which it ends. */
function halfHourColumns(table: CsvTable): readonly number[] {
  return Array.from({ length: HALF_HOURS }, (_, i) => {
    const minutes = ((i + 1) * 30) % 1440;
    const label = `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
    return table.columns.get(label) ?? columnOf(table, label.padStart(5, "0"));
  });
}

function readRows(
  table: CsvTable,
  { source, found }: Importing,
  columns: Map<string, Column>,
  customers: Set<string>,
): void {
  const [customerAt, categoryAt, dateAt] = ["Customer", "Consumption Category", "date"].map((name) =>
    columnOf(table, name),
  ) as [number, number, number];
  const qualityAt = table.columns.get("Row Quality") ?? -1;
  const halfHours = halfHourColumns(table);
  for (const { cells, line } of table.rows) {
    const [site, category] = [cells[customerAt]?.trim() ?? "", cells[categoryAt]?.trim() ?? ""];
    customers.add(site);
    if (!isWanted(source, site)) continue;
    const quantity = CATEGORIES[category];
    if (quantity === undefined)
      throw badFile(table.file, line, `"${category}" is no category; there are GC, CL, GG`);
    const startMs = dayMs(cells[dateAt] ?? "");
    if (Number.isNaN(startMs)) throw badFile(table.file, line, `"${cells[dateAt]}" is no date`);
    const column = columns.get(`${site}/${category}`) ?? { site, category, localMs: [], valuesWh: [] };
    columns.set(`${site}/${category}`, column);
    if ((cells[qualityAt]?.trim() ?? "") !== "") found.add(site, quantity, "estimated", "keep", startMs);
    for (const [index, at] of halfHours.entries()) {
      column.localMs.push(startMs + index * HALF_HOUR_MS);
      column.valuesWh.push(numberIn(cells[at] ?? "", table.file, line) * WH_PER_KWH);
    }
  }
}

/**
 * Reads half-hour data of Ausgrid's 300 solar homes: a row for each customer, category and day, with 48 values
 * in kWh, each under the time at which its half hour ends. Source: Ausgrid, Solar home electricity data, notes;
 * E. L. Ratnam et al., Int. J. Sustainable Energy 36 (2017) 787. A row quality that is not blank marks a day
 * with estimated values.
 * @throws CommonwattError `IMPORT_FILE_UNREADABLE`, `IMPORT_BAD_FILE`, `IMPORT_UNKNOWN_SITE`,
 *   `IMPORT_NO_COMMON_TIME`, `IMPORT_TIME_ZONE`.
 */
export async function readAusgrid(importing: Importing): Promise<RawDataSet> {
  const { source } = importing;
  const columns = new Map<string, Column>();
  const customers = new Set<string>();
  for (const file of await csvFilesIn(source.path)) {
    const table = csvTable(file, await readText(file), ",", (cells) =>
      cells.includes("Consumption Category"),
    );
    readRows(table, importing, columns, customers);
  }
  const offset = utcOffset(source.timeZone ?? MARKET_TIME);
  const series = [...columns.values()].map(
    ({ site, category, localMs, valuesWh }): RawSeries => ({
      site,
      quantity: CATEGORIES[category] ?? "load",
      kind: "interval",
      timesMs: utcOf(
        localMs.length,
        (row) => ({ ms: localMs[row] ?? Number.NaN, isLocal: true }),
        offset,
        site,
        importing,
      ),
      valuesWh,
    }),
  );
  requireSites(source, series, customers);
  return {
    name: basename(source.path).replace(/\.csv$/i, ""),
    format: "ausgrid",
    path: source.path,
    grid: commonGrid(series, HALF_HOUR_MS),
    series,
    assumptions: [`times are taken as ${source.timeZone ?? `${MARKET_TIME} (eastern standard time)`}`],
  };
}
