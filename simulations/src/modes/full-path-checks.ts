import type { EscrowAccount } from "@commonwatt/settlement";
import { type Check, checkTrue, checkZero } from "@commonwatt/vpp-core";
import type { HomeColumns, MemberTrade, SimulationResult } from "../engine/simulation-result.ts";
import type { FullPathRun } from "./full-path.ts";
import { figuresOf } from "./mode-figures.ts";

/** Verdicts of a run on the full path alone: all is settled, right and conserved. */
export function settlementChecks(run: FullPathRun): readonly Check[] {
  const { audit, batchesUnsettled, batchesWrong } = run;
  const intervals = run.result.intervals.trades.length;
  return [
    checkTrue("conserved", figuresOf(run.result).conserved),
    checkTrue("escrowConserved", audit.conserved),
    {
      name: "batchesFinal",
      value: audit.batchesFinalized,
      target: String(intervals),
      holds: audit.batchesFinalized === intervals,
    },
    checkZero("batchesUnsettled", batchesUnsettled),
    checkZero("batchesWrong", batchesWrong),
    checkZero("escrowDiffersNano", escrowDifference(run.result.homes, run)),
  ];
}

/** Verdicts of a run on the full path beside the fast one of the same scenario: they are one and the same. */
export function fullPathChecks(fast: SimulationResult, full: FullPathRun): readonly Check[] {
  const { result } = full;
  const trades = fast.trades.length;
  return [
    { name: "tradesMade", value: trades, target: ">0", holds: trades > 0 },
    checkZero("tradesDiffer", tradesDiffering(fast.trades, result.trades)),
    checkZero(
      "settledWhDiffers",
      columnsDiffer(fast.homes, result.homes, ["settledSoldWh", "settledBoughtWh"]),
    ),
    checkZero(
      "moneyDiffersNano",
      columnsDiffer(fast.homes, result.homes, ["creditNano", "debitNano", "withTradingNano"]),
    ),
    checkTrue("sameResultHash", fast.hash === result.hash),
    checkZero("escrowDiffersFromFastNano", escrowDifference(fast.homes, full)),
    ...settlementChecks(full),
  ];
}

/** How many trades are not, in their place, between the same two of the same energy at the same price. */
function tradesDiffering(some: readonly MemberTrade[], others: readonly MemberTrade[]): number {
  const keyOf = (trade: MemberTrade | undefined): string => JSON.stringify(trade);
  const count = Math.max(some.length, others.length);
  return Array.from({ length: count }, (_, at) => keyOf(some[at]) === keyOf(others[at])).filter(
    (same) => !same,
  ).length;
}

/** By how much columns differ, all homes together. */
function columnsDiffer(
  some: HomeColumns,
  others: HomeColumns,
  names: readonly Exclude<keyof HomeColumns, "siteIds">[],
): number {
  return names.reduce(
    (sum, name) =>
      some[name].reduce((so, value, home) => so + Math.abs(value - (others[name][home] ?? 0)), sum),
    0,
  );
}

/** By how much accounts in the escrow are not what homes were credited and debited on top of their deposits, in nano. */
function escrowDifference(
  { creditNano, debitNano }: HomeColumns,
  { escrow, nanoPerUnit }: Pick<FullPathRun, "escrow" | "nanoPerUnit">,
): number {
  const distance = (a: bigint, b: bigint): bigint => (a > b ? a - b : b - a);
  const differenceOf = (account: EscrowAccount | undefined, home: number): bigint => {
    const [credit, debit] = [BigInt(creditNano[home] ?? 0), BigInt(debitNano[home] ?? 0)];
    if (account === undefined) return 1n + credit + debit;
    const { depositedNano, balanceNano } = account;
    const owed = depositedNano + credit - debit;
    // The escrow pays whole units of the token.
    const payable = owed - (owed % nanoPerUnit);
    return (
      distance(account.creditNano, credit) +
      distance(account.debitNano, debit) +
      distance(balanceNano, payable)
    );
  };
  const total = Array.from(creditNano, (_, home) => differenceOf(escrow[home], home)).reduce(
    (a, b) => a + b,
    0n,
  );
  return Number(total);
}
