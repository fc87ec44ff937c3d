import { readFile } from "node:fs/promises";
import { CommonwattError, messageOf } from "@commonwatt/vpp-core";
import { parquetMetadata, parquetReadObjects, parquetSchema } from "hyparquet";
import type { ColumnTable } from "./column-table.ts";

/**
 * A Parquet file as a table. Files are read whole; uncompressed and Snappy are understood.
 * @throws CommonwattError `IMPORT_FILE_UNREADABLE`, `IMPORT_BAD_FILE`.
 */
export async function parquetTable(file: string): Promise<ColumnTable> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new CommonwattError("IMPORT_FILE_UNREADABLE", `${file}: ${messageOf(cause)}`, {
      details: { path: file },
      cause,
    });
  });
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  try {
    const names = parquetSchema(parquetMetadata(buffer)).children.map(({ element }) => element.name);
    const rows = await parquetReadObjects({ file: buffer });
    return {
      file,
      names,
      rows: rows.length,
      cell: (row, column) => rows[row]?.[names[column] ?? ""],
      line: (row) => row + 1,
    };
  } catch (cause) {
    throw new CommonwattError("IMPORT_BAD_FILE", `${file}: ${messageOf(cause)}`, {
      details: { file },
      cause,
    });
  }
}
