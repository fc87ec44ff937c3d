import type { IntervalColumns } from "../engine/simulation-result.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import type { Column, Table } from "./table.ts";

/** Columns of whole numbers as they are named in a result. */
export function columnsOf(named: Readonly<Record<string, Int32Array | Float64Array>>): readonly Column[] {
  return Object.entries(named).map(([name, values]) => ({
    name,
    type: values instanceof Int32Array ? "INT32" : "INT64",
    values,
  }));
}

/** All intervals of a run, one a row: when it begins, what the grid charged and paid, and every column of the result. */
export function intervalTable(neighbourhood: Neighbourhood, intervals: IntervalColumns): Table {
  const { startMs, intervalMinutes, retailPrice, feedInPrice, carbonGPerKwh } = neighbourhood;
  const { price, ...columns } = intervals;
  const rows = neighbourhood.intervals;
  const start = Float64Array.from({ length: rows }, (_, t) => startMs + t * intervalMinutes * 60_000);
  return {
    rows,
    columns: [
      { name: "start", type: "TIMESTAMP", values: start },
      ...columnsOf({ retailPriceMicro: retailPrice, feedInPriceMicro: feedInPrice }),
      ...(carbonGPerKwh === null
        ? []
        : [{ name: "carbonGPerKwh", type: "DOUBLE", values: carbonGPerKwh } as const]),
      {
        name: "priceMicro",
        type: "INT32",
        values: Array.from(price, (micro) => (micro < 0 ? null : micro)),
      },
      ...columnsOf(columns),
    ],
  };
}
