import type { SimulationResult } from "../engine/simulation-result.ts";
import { totalOf } from "../kpis/kpi.ts";

/** What a run came to, as every mode can say it. */
export interface ModeFigures {
  readonly trades: number;
  readonly tradedWh: number;
  readonly settledWh: number;
  /** What all homes were credited and debited, in nano, as decimals. */
  readonly creditNano: string;
  readonly debitNano: string;
  /** Whether what was debited is what was credited and kept, to the nano. */
  readonly conserved: boolean;
}

/** The figures of a simulation. */
export function figuresOf({ conserved, intervals, homes }: SimulationResult): ModeFigures {
  const [credit, debit] = [totalOf(homes.creditNano), totalOf(homes.debitNano)];
  const kept = totalOf(intervals.feeNano) + totalOf(intervals.operatorNano) + totalOf(intervals.gridNano);
  return {
    trades: Number(totalOf(intervals.trades)),
    tradedWh: Number(totalOf(intervals.tradedWh)),
    settledWh: Number(totalOf(intervals.settledWh)),
    creditNano: credit.toString(),
    debitNano: debit.toString(),
    conserved: conserved && debit === credit + kept,
  };
}
