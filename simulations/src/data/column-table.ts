import { CommonwattError } from "@commonwatt/vpp-core";
import type { ColumnMap, ColumnUnit, ValueColumn } from "./column-map.ts";
import { badFile, numberIn } from "./csv.ts";
import { type Importing, isWanted } from "./data-source.ts";
import { usualStepMs } from "./grid-of.ts";
import { utcOffset } from "./local-time.ts";
import { parseTime, utcOf, type WrittenTime } from "./parse-time.ts";
import type { RawSeries } from "./raw-series.ts";

/** A table in memory, from whatever file. */
export interface ColumnTable {
  readonly file: string;
  readonly names: readonly string[];
  readonly rows: number;
  cell(row: number, column: number): unknown;
  /** For messages. */
  line(row: number): number;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const ENERGY_WH: Readonly<Record<ColumnUnit, number>> = {
  Wh: 1,
  kWh: 1_000,
  MWh: 1_000_000,
  W: 1,
  kW: 1_000,
};

function columnIn(table: ColumnTable, name: string): number {
  const index = table.names.indexOf(name);
  if (index >= 0) return index;
  throw badFile(table.file, 1, `there is no column "${name}"; there are ${table.names.join(", ")}`);
}

function timeIn(cell: unknown, table: ColumnTable, row: number, map: ColumnMap): WrittenTime {
  if (cell instanceof Date) return { ms: cell.getTime(), isLocal: false };
  const format = "column" in map.time ? (map.time.format ?? "iso") : "iso";
  const time = parseTime(String(cell ?? ""), format);
  if (time === null) {
    throw badFile(table.file, table.line(row), `"${String(cell)}" is no time of the format ${format}`);
  }
  return time;
}

function valueIn(cell: unknown, table: ColumnTable, row: number, decimal: "." | ","): number {
  if (typeof cell === "number") return cell;
  if (typeof cell === "bigint") return Number(cell);
  if (cell === null || cell === undefined) return Number.NaN;
  const text = String(cell);
  return numberIn(decimal === "," ? text.replace(",", ".") : text, table.file, table.line(row));
}

/** The rows of each home; all of them under "" when no column says whose they are. */
function rowsBySite(table: ColumnTable, map: ColumnMap): ReadonlyMap<string, readonly number[]> {
  const all = Array.from({ length: table.rows }, (_, row) => row);
  if (map.siteColumn === undefined) return new Map([["", all]]);
  const at = columnIn(table, map.siteColumn);
  return Map.groupBy(all, (row) => String(table.cell(row, at)).trim());
}

function timesOf(
  table: ColumnTable,
  rows: readonly number[],
  site: string,
  map: ColumnMap,
  importing: Importing,
): { readonly timesMs: Float64Array; readonly stepMs: number } {
  const { time } = map;
  if ("startMs" in time) {
    const stepMs = time.stepMinutes * MINUTE_MS;
    return { timesMs: Float64Array.from(rows, (_, index) => time.startMs + index * stepMs), stepMs };
  }
  const at = columnIn(table, time.column);
  const offset = utcOffset(importing.source.timeZone ?? "UTC");
  const timeAt = (index: number): WrittenTime => {
    const row = rows[index] ?? 0;
    return timeIn(table.cell(row, at), table, row, map);
  };
  const timesMs = utcOf(rows.length, timeAt, offset, site || "*", importing);
  const stepMs = usualStepMs(timesMs);
  if (stepMs === null) throw badFile(table.file, 1, "its times do not follow each other, so it has no step");
  return { timesMs, stepMs };
}

/** One column of one home. */
function seriesOf(
  table: ColumnTable,
  value: ValueColumn,
  rows: readonly number[],
  { site, timesMs, stepMs, map }: { site: string; timesMs: Float64Array; stepMs: number; map: ColumnMap },
): RawSeries {
  const unit = value.unit ?? map.unit ?? "kWh";
  const kind = value.kind ?? map.kind ?? "interval";
  const isPower = unit === "W" || unit === "kW";
  if (isPower && kind === "register") {
    throw new CommonwattError(
      "IMPORT_BAD_OPTION",
      `${table.file}: ${value.column}: a register counts energy, not ${unit}`,
    );
  }
  const factor = ENERGY_WH[unit] * (isPower ? stepMs / HOUR_MS : 1);
  const at = columnIn(table, value.column);
  const decimal = map.decimal ?? ".";
  const isAtEnd = "column" in map.time && map.time.at === "end" && kind === "interval";
  return {
    site,
    quantity: value.quantity,
    kind,
    timesMs: isAtEnd ? timesMs.map((timeMs) => timeMs - stepMs) : timesMs,
    valuesWh: Float64Array.from(rows, (row) => valueIn(table.cell(row, at), table, row, decimal) * factor),
  };
}

/**
 * The columns of energy in a table, by a map of its columns.
 * @returns the columns, their step in ms, and all homes that are in the table
 * @throws CommonwattError `IMPORT_BAD_FILE`, `IMPORT_BAD_OPTION`, `IMPORT_TIME_ZONE`.
 */
export function seriesIn(
  table: ColumnTable,
  fileSite: string,
  map: ColumnMap,
  importing: Importing,
): { readonly series: readonly RawSeries[]; readonly stepMs: number; readonly homes: readonly string[] } {
  const series: RawSeries[] = [];
  const homes = new Set<string>();
  let step: number | undefined;
  for (const [group, rows] of rowsBySite(table, map)) {
    const { timesMs, stepMs } = timesOf(table, rows, group, map, importing);
    step ??= stepMs;
    for (const value of map.values) {
      const site = group === "" ? (value.site ?? fileSite) : group;
      homes.add(site);
      if (isWanted(importing.source, site))
        series.push(seriesOf(table, value, rows, { site, timesMs, stepMs, map }));
    }
  }
  return { series, stepMs: step ?? HOUR_MS, homes: [...homes] };
}
