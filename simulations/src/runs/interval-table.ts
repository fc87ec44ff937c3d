import type { IntervalColumns } from "../engine/simulation-result.ts";
import type { FeederResult } from "../grid/feeder-run.ts";
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

/**
 * All intervals of a run, one a row: when it begins, what the grid charged and paid, every column of the result, and
 * what its feeder went through where it is known.
 */
export function intervalTable(
  neighbourhood: Neighbourhood,
  intervals: IntervalColumns,
  feeder: FeederResult | null,
): Table {
  const { retailPrice, feedInPrice, carbonGPerKwh } = neighbourhood;
  const { price, ...columns } = intervals;
  const rows = neighbourhood.intervals;
  return {
    rows,
    columns: [
      startColumn(neighbourhood),
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
      ...(feeder === null ? [] : feederColumns(feeder)),
    ],
  };
}

/** When each interval begins. */
export function startColumn({ startMs, intervals, intervalMinutes }: Neighbourhood): Column {
  const start = Float64Array.from({ length: intervals }, (_, t) => startMs + t * intervalMinutes * 60_000);
  return { name: "start", type: "TIMESTAMP", values: start };
}

function feederColumns({
  lossesWh,
  loading,
  lineLoading,
  lowestV,
  highestV,
}: FeederResult): readonly Column[] {
  const named = {
    feederLossesWh: lossesWh,
    ...(loading === null ? {} : { transformerLoading: loading }),
    ...(lineLoading === null ? {} : { lineLoading }),
    ...{ voltageLowestV: lowestV, voltageHighestV: highestV },
  };
  return Object.entries(named).map(([name, values]) => ({ name, type: "DOUBLE", values }));
}
