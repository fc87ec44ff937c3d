/** The kinds of values that a column may hold, as Parquet names them. */
export type ColumnType = "INT32" | "INT64" | "DOUBLE" | "STRING" | "TIMESTAMP";

/** A value of a column: money is a bigint, a time epoch milliseconds, what is missing `null`. */
export type Cell = number | bigint | string | null;

/** A named column; the unit is the last word of its name. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly values: ArrayLike<Cell>;
}

/** Columns of the same length. */
export interface Table {
  readonly rows: number;
  readonly columns: readonly Column[];
}
