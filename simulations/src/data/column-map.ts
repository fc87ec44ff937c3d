import type { EpochMs } from "@commonwatt/vpp-core";
import type { TimeFormat } from "./parse-time.ts";
import type { Quantity } from "./raw-series.ts";

/** Units of energy, and of the mean power over a step. */
export const COLUMN_UNITS = ["Wh", "kWh", "MWh", "W", "kW"] as const;

/** What a column's numbers are in. */
export type ColumnUnit = (typeof COLUMN_UNITS)[number];

/** One column of energy. */
export interface ValueColumn {
  readonly column: string;
  readonly quantity: Quantity;
  /** Whose it is, where no column says it; left out: the file's name. */
  readonly site?: string;
  readonly unit?: ColumnUnit;
  readonly kind?: "interval" | "register";
}

/** What the columns of a table of anyone's are. */
export interface ColumnMap {
  /** The column of time; a value belongs to the step that begins (or ends) then. Or: rows follow each other. */
  readonly time:
    | { readonly column: string; readonly format?: TimeFormat; readonly at?: "start" | "end" }
    | { readonly startMs: EpochMs; readonly stepMinutes: number };
  /** Of all columns that name no other; left out: kWh and interval. */
  readonly unit?: ColumnUnit;
  readonly kind?: "interval" | "register";
  /** The column that says whose a row is, when rows of several homes stand below each other. */
  readonly siteColumn?: string;
  readonly values: readonly ValueColumn[];
  /** Of a CSV file; left out: a comma and a point. */
  readonly delimiter?: "," | ";" | "\t";
  readonly decimal?: "." | ",";
}
