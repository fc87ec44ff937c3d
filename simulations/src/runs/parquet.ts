import { parquetWriteBuffer } from "hyparquet-writer";
import type { Cell, Column, ColumnType, Table } from "./table.ts";

/** A table as an Apache Parquet file; missing values are null, times are milliseconds in UTC. */
export function parquetOf({ rows, columns }: Table): Uint8Array {
  const columnData = columns.map((column) => ({
    name: column.name,
    type: column.type,
    data: Array.from({ length: rows }, (_, row) => stored(column, column.values[row] ?? null)),
    nullable: true,
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData, createdBy: "commonwatt" }));
}

const STORED: Readonly<Record<ColumnType, (value: number | bigint | string) => unknown>> = {
  INT32: Number,
  INT64: BigInt,
  DOUBLE: Number,
  STRING: String,
  TIMESTAMP: (value) => new Date(Number(value)),
};

function stored({ type }: Column, value: Cell): unknown {
  return value === null ? null : STORED[type](value);
}
