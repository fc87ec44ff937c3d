import { basename } from "node:path";
import { CommonwattError } from "@commonwatt/vpp-core";
import type { ColumnMap } from "./column-map.ts";
import { type ColumnTable, seriesIn } from "./column-table.ts";
import { csvTable } from "./csv.ts";
import type { RawDataSet } from "./data-set.ts";
import { type Importing, requireSites } from "./data-source.ts";
import { commonGrid } from "./grid-of.ts";
import { parquetTable } from "./parquet.ts";
import type { RawSeries } from "./raw-series.ts";
import { csvFilesIn, readText } from "./read-file.ts";

async function tableIn(file: string, format: "csv" | "parquet", map: ColumnMap): Promise<ColumnTable> {
  if (format === "parquet") return await parquetTable(file);
  const table = csvTable(file, await readText(file), map.delimiter ?? ",");
  const rows = [...table.rows];
  return {
    file,
    names: [...table.columns.keys()],
    rows: rows.length,
    cell: (row, column) => rows[row]?.cells[column],
    line: (row) => rows[row]?.line ?? 0,
  };
}

/**
 * Reads CSV or Parquet files of any shape, by a map of their columns; the files of a folder have one shape.
 * @throws CommonwattError `IMPORT_FILE_UNREADABLE`, `IMPORT_BAD_FILE`, `IMPORT_BAD_OPTION`,
 *   `IMPORT_UNKNOWN_SITE`, `IMPORT_NO_COMMON_TIME`, `IMPORT_TIME_ZONE`.
 */
export async function readColumns(format: "csv" | "parquet", importing: Importing): Promise<RawDataSet> {
  const { source } = importing;
  const { columns: map, path } = source;
  if (map === undefined) {
    throw new CommonwattError(
      "IMPORT_BAD_OPTION",
      `${path}: the format ${format} needs "columns": what its columns are`,
    );
  }
  const series: RawSeries[] = [];
  const homes: string[] = [];
  let stepMs: number | undefined;
  for (const file of format === "csv" ? await csvFilesIn(path) : [path]) {
    const table = await tableIn(file, format, map);
    const read = seriesIn(table, basename(file).replace(/\.\w+$/, ""), map, importing);
    series.push(...read.series);
    homes.push(...read.homes);
    stepMs ??= read.stepMs;
  }
  requireSites(source, series, homes);
  const local = "column" in map.time && source.timeZone === undefined;
  return {
    name: basename(path).replace(/\.\w+$/, ""),
    format,
    path,
    grid: commonGrid(series, stepMs ?? 1),
    series,
    assumptions: local ? ["times that carry no offset are taken as UTC"] : [],
  };
}
