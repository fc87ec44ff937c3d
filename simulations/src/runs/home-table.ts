import type { SimulationResult } from "../engine/simulation-result.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import { columnsOf } from "./interval-table.ts";
import type { Table } from "./table.ts";

/** All homes of a run, one a row, with what each saves against the baseline. */
export function homeTable(
  { strategies, batteries }: Neighbourhood,
  { homes }: SimulationResult,
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
      ...columnsOf({ baselineNano: baseline.homes.withTradingNano, savedNano }),
    ],
  };
}
