import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { CommonwattError } from "@commonwatt/vpp-core";
import { badFile, type CsvTable, columnOf, csvTable, numberIn } from "./csv.ts";
import type { RawDataSet } from "./data-set.ts";
import { type Importing, isWanted, requireSites } from "./data-source.ts";
import { commonGrid, usualStepMs } from "./grid-of.ts";
import { utcOffset } from "./local-time.ts";
import { parseTime, utcOf, type WrittenTime } from "./parse-time.ts";
import type { Quantity, RawSeries } from "./raw-series.ts";
import { csvFilesIn, namesIn, readText } from "./read-file.ts";

const HOUR_MS = 3_600_000;
const WH: Readonly<Record<string, number>> = { Wh: 1, kWh: 1_000, MWh: 1_000_000 };
/** Types of rows of the energy dashboard's download that say what crosses the house. */
const TYPES: Readonly<Record<string, Quantity>> = {
  grid_consumption: "import",
  grid_return: "export",
  solar_production: "pv",
  battery_in: "charge",
  battery_out: "discharge",
};

function whOf(unit: string, file: string, line: number): number {
  const factor = WH[unit.trim()];
  if (factor === undefined)
    throw badFile(file, line, `"${unit}" is no unit of energy; there are Wh, kWh, MWh`);
  return factor;
}

function timeOf(text: string, file: string, line: number): WrittenTime {
  const time = /^\d+(\.\d+)?$/.test(text.trim())
    ? parseTime(text, "epoch-s")
    : (parseTime(text, "iso") ?? parseTime(text, "d.m.y"));
  if (time === null) throw badFile(file, line, `"${text}" is no time`);
  return time;
}

/** A file of the energy dashboard: a row for each statistic, a column for each hour. */
function dashboardSeries(site: string, table: CsvTable): readonly RawSeries[] {
  const [typeAt, unitAt] = [columnOf(table, "type"), columnOf(table, "unit")];
  const hours = [...table.columns].filter(([name]) => parseTime(name, "iso") !== null);
  const timesMs = Float64Array.from(hours, ([name]) => parseTime(name, "iso")?.ms ?? 0);
  if ((usualStepMs(timesMs) ?? HOUR_MS) > HOUR_MS) {
    throw badFile(table.file, 1, "its values are more than an hour apart; download single days");
  }
  return [...table.rows].flatMap(({ cells, line }) => {
    const quantity = TYPES[cells[typeAt] ?? ""];
    if (quantity === undefined) return [];
    const factor = whOf(cells[unitAt] ?? "", table.file, line);
    const valuesWh = Float64Array.from(
      hours,
      ([, at]) => numberIn(cells[at] ?? "", table.file, line) * factor,
    );
    return [{ site, quantity, kind: "interval" as const, timesMs, valuesWh }];
  });
}

/**
 * A file of long-term statistics: a row for each statistic and hour. A row is named by the start of its hour,
 * and `sum` and `state` are what the counter showed at the end of it.
 */
function statisticsSeries(site: string, table: CsvTable, importing: Importing): readonly RawSeries[] {
  const { file, columns, rows } = table;
  const named = importing.source.statistics ?? {};
  const idAt = columnOf(table, "statistic_id");
  const startAt = columns.get("start_ts") ?? columnOf(table, "start");
  const unitAt = columns.get("unit") ?? columns.get("unit_of_measurement") ?? columnOf(table, "unit");
  const deltaAt = columns.get("delta");
  const valueAt = columns.get("sum") ?? columns.get("state") ?? deltaAt ?? columnOf(table, "sum");
  const isCounter = valueAt !== deltaAt;
  const byId = Map.groupBy(rows, ({ cells }) => cells[idAt] ?? "");
  if (![...byId.keys()].some((id) => Object.hasOwn(named, id))) {
    throw new CommonwattError(
      "IMPORT_BAD_OPTION",
      `${file}: "statistics" has to say what statistics count; there are ${[...byId.keys()].join(", ")}`,
    );
  }
  return [...byId].flatMap(([id, own]) => {
    const quantity = named[id];
    if (quantity === undefined) return [];
    const times = own.map(({ cells, line }) => timeOf(cells[startAt] ?? "", file, line));
    const offset = utcOffset(importing.source.timeZone ?? "UTC");
    const startsMs = utcOf(times.length, (row) => times[row] as WrittenTime, offset, site, importing);
    const valuesWh = Float64Array.from(own, ({ cells, line }) => {
      const value = numberIn((cells[valueAt] ?? "").replace(",", "."), file, line);
      return value * whOf(cells[unitAt] ?? "", file, line);
    });
    const timesMs = isCounter ? startsMs.map((startMs) => startMs + HOUR_MS) : startsMs;
    return [
      { site, quantity, kind: isCounter ? ("register" as const) : ("interval" as const), timesMs, valuesWh },
    ];
  });
}

function seriesOf(site: string, file: string, text: string, importing: Importing): readonly RawSeries[] {
  const head = text.slice(0, text.indexOf("\n"));
  const delimiter = ["\t", ";"].find((candidate) => head.includes(candidate)) ?? ",";
  const table = csvTable(file, text, delimiter);
  return table.columns.has("entity_id")
    ? dashboardSeries(site, table)
    : statisticsSeries(site, table, importing);
}

/** The files of each home: a file is a home, and so is a folder of files that follow each other. */
async function filesByHome(path: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const nameOf = (file: string): string => basename(file).replace(/\.\w+$/, "");
  const isFolder = async (name: string): Promise<boolean> => (await stat(join(path, name))).isDirectory();
  const homes = new Map<string, readonly string[]>();
  const names = await namesIn(path).catch(() => []);
  for (const name of names) {
    if (await isFolder(name)) homes.set(name, await csvFilesIn(join(path, name)));
    else if (/\.(csv|tsv)$/i.test(name)) homes.set(nameOf(name), [join(path, name)]);
  }
  return homes.size > 0 ? homes : new Map([[nameOf(path), await csvFilesIn(path)]]);
}

/** One column after another, as one. */
function joined(parts: readonly RawSeries[]): RawSeries {
  const [first] = parts as [RawSeries];
  if (parts.length === 1) return first;
  return {
    ...first,
    timesMs: Float64Array.from(parts.flatMap(({ timesMs }) => Array.from(timesMs))),
    valuesWh: Float64Array.from(parts.flatMap(({ valuesWh }) => Array.from(valuesWh))),
  };
}

/**
 * Reads energy that Home Assistant has recorded: the download of its energy dashboard (`energy.csv`, energy by
 * hour) or its long-term statistics (hourly counters). A file is a home, as is a folder of files. Sources: Home
 * Assistant frontend, `src/panels/energy/ha-panel-energy.ts`; Home Assistant developer docs, "Sensor entity:
 * long-term statistics"; the export of github.com/klausj1/homeassistant-statistics.
 * @throws CommonwattError `IMPORT_FILE_UNREADABLE`, `IMPORT_BAD_FILE`, `IMPORT_BAD_OPTION`,
 *   `IMPORT_UNKNOWN_SITE`, `IMPORT_NO_COMMON_TIME`, `IMPORT_TIME_ZONE`.
 */
export async function readHomeAssistant(importing: Importing): Promise<RawDataSet> {
  const { source } = importing;
  const homes = await filesByHome(source.path);
  const series: RawSeries[] = [];
  for (const [site, files] of homes) {
    if (!isWanted(source, site)) continue;
    // Of each quantity the first row, the second and so on: as many as the home has meters for it.
    const meters = new Map<string, RawSeries[]>();
    for (const file of files) {
      const counts = new Map<Quantity, number>();
      for (const one of seriesOf(site, file, await readText(file), importing)) {
        const count = counts.get(one.quantity) ?? 0;
        counts.set(one.quantity, count + 1);
        const meter = `${one.quantity}/${count}`;
        meters.set(meter, [...(meters.get(meter) ?? []), one]);
      }
    }
    series.push(...[...meters.values()].map(joined));
  }
  requireSites(source, series, homes.keys());
  return {
    name: basename(source.path).replace(/\.\w+$/, ""),
    format: "home-assistant",
    path: source.path,
    grid: commonGrid(series, HOUR_MS),
    series,
    assumptions: source.timeZone === undefined ? ["times that carry no offset are taken as UTC"] : [],
  };
}
