import { type MoneyNano, moneyNano, NO_MONEY } from "../units/money.ts";
import type { RunEvent } from "./run-event.ts";

/** What a run has come to so far, counted from its own events. */
export interface RunTally {
  take(event: RunEvent): void;
  totals(): TallyTotals;
}

/** The counts of a {@link RunTally}. Times are real milliseconds since the process started. */
export interface TallyTotals {
  readonly intervals: number;
  readonly trades: number;
  readonly tradedWh: number;
  readonly settledWh: number;
  readonly withdrawals: number;
  readonly savedNano: MoneyNano;
  readonly firstClearedMs: number | null;
  readonly firstPayoutMs: number | null;
}

/** Makes a tally. `uptimeMs` tells how long the process has been running. */
export function runTally(uptimeMs: () => number): RunTally {
  let totals: TallyTotals = {
    intervals: 0,
    trades: 0,
    tradedWh: 0,
    settledWh: 0,
    withdrawals: 0,
    savedNano: NO_MONEY,
    firstClearedMs: null,
    firstPayoutMs: null,
  };
  return {
    totals: () => totals,
    take(event) {
      if (event.event === "cleared") {
        totals = {
          ...totals,
          intervals: totals.intervals + 1,
          trades: totals.trades + event.trades,
          tradedWh: totals.tradedWh + event.volumeWh,
          firstClearedMs: totals.firstClearedMs ?? uptimeMs(),
        };
      } else if (event.event === "settled") {
        totals = {
          ...totals,
          settledWh: totals.settledWh + event.settledWh,
          savedNano: moneyNano(totals.savedNano + event.savedNano),
        };
      } else if (event.event === "chain" && event.kind === "paid") {
        totals = { ...totals, firstPayoutMs: totals.firstPayoutMs ?? uptimeMs() };
      } else if (event.event === "chain" && event.kind === "withdrawn") {
        totals = { ...totals, withdrawals: totals.withdrawals + 1 };
      }
    },
  };
}
