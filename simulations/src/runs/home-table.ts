import type { ForecastColumns, HomeColumns, SimulationResult } from "../engine/simulation-result.ts";
import { PINBALL_TENTHS } from "../kpis/forecasts.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import { columnsOf } from "./interval-table.ts";
import type { Column, Table } from "./table.ts";

/** All homes of a run, one a row, with what each saves against the baseline and how good its forecasts were. */
export function homeTable(
  { strategies, batteries }: Neighbourhood,
  { homes, forecasts }: SimulationResult,
  baseline: SimulationResult,
): Table {
  const { siteIds, cycles, fullCycles, ...columns } = homes;
  const savedNano = homes.withTradingNano.map(
    (nano, home) => nano - (baseline.homes.withTradingNano[home] as number),
  );
  return {
    rows: siteIds.length,
    columns: [
      { name: "siteId", type: "STRING", values: siteIds },
      { name: "strategy", type: "STRING", values: strategies },
      ...columnsOf({ batteryWh: batteries.capacityWh, ...columns }),
      { name: "cycles", type: "DOUBLE", values: cycles },
      { name: "fullCycles", type: "DOUBLE", values: fullCycles },
      ...scoresOf(homes, forecasts),
      ...columnsOf({ baselineNano: baseline.homes.withTradingNano, savedNano }),
    ],
  };
}

/** Means over the intervals that were bid for; none, no value. */
function scoresOf(
  { loadErrorWh, pvErrorWh }: HomeColumns,
  { intervals, loadBiasWh, pvBiasWh, loadPinballTenthsWh, pvPinballTenthsWh }: ForecastColumns,
): readonly Column[] {
  const means = (name: string, sums: Float64Array, times = 1): Column => ({
    name,
    type: "DOUBLE",
    values: Array.from(sums, (sum, home) =>
      intervals[home] === 0 ? null : sum / (times * (intervals[home] as number)),
    ),
  });
  return [
    ...columnsOf({ forecastIntervals: intervals }),
    means("loadMaeWh", loadErrorWh),
    means("loadMeanBiasWh", loadBiasWh),
    means("loadPinballWh", loadPinballTenthsWh, PINBALL_TENTHS),
    means("pvMaeWh", pvErrorWh),
    means("pvMeanBiasWh", pvBiasWh),
    means("pvPinballWh", pvPinballTenthsWh, PINBALL_TENTHS),
  ];
}
