import type { SimulationResult } from "../engine/simulation-result.ts";

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
  const [credit, debit] = [sumOf(homes.creditNano), sumOf(homes.debitNano)];
  const kept = sumOf(intervals.feeNano) + sumOf(intervals.operatorNano) + sumOf(intervals.gridNano);
  return {
    trades: Number(sumOf(intervals.trades)),
    tradedWh: Number(sumOf(intervals.tradedWh)),
    settledWh: Number(sumOf(intervals.settledWh)),
    creditNano: credit.toString(),
    debitNano: debit.toString(),
    conserved: conserved && debit === credit + kept,
  };
}

/** Adds up whole numbers without rounding. */
function sumOf(column: Float64Array | Int32Array): bigint {
  let sum = 0n;
  for (const value of column) sum += BigInt(value);
  return sum;
}
