import assert from "node:assert/strict";
import { type Account, divCeil, divFloor, type Hex } from "@commonwatt/vpp-core";
import type { BalanceLeaf } from "./balance-tree.ts";

/** How many nano are one of the token's smallest unit: the token has six decimals. */
const NANO_PER_MICRO = 1_000n;

/** One account's cumulative amounts, exact and as the escrow has them. */
export interface AccountBalance extends BalanceLeaf {
  readonly creditNano: bigint;
  readonly debitNano: bigint;
}

/** What an interval adds to one account. */
export interface BalanceChange {
  readonly index: number;
  readonly account: Account;
  readonly salt: Hex;
  readonly creditNano: bigint;
  readonly debitNano: bigint;
}

/** Balances with their totals: `creditTotal + feeTotal = debitTotal`, exactly. */
export interface Balances {
  readonly accounts: readonly AccountBalance[];
  readonly creditTotal: bigint;
  readonly debitTotal: bigint;
  readonly feeTotal: bigint;
}

/** Before the first batch. */
export const NO_BALANCES: Balances = { accounts: [], creditTotal: 0n, debitTotal: 0n, feeTotal: 0n };

/**
 * Adds an interval to the cumulative balances; the one rounding of all money. Debits round up and credits
 * down to the token's smallest unit, from the exact cumulative amounts, so that dust never piles up: the
 * fee, which is the difference, stays below two units per account for ever. The escrow wants a fee that
 * never falls; where rounding would let it fall, as much credit of the last accounts waits for a later batch.
 */
export function addToBalances(previous: Balances, changes: readonly BalanceChange[]): Balances {
  assert(changes.length >= previous.accounts.length, "an account never leaves the tree");
  const exact = changes.map((change, position) => {
    const before = previous.accounts[position];
    assert(before === undefined || before.account === change.account, "an account keeps its index");
    const creditNano = (before?.creditNano ?? 0n) + change.creditNano;
    const debitNano = (before?.debitNano ?? 0n) + change.debitNano;
    return { ...change, creditNano, debitNano, creditBefore: before?.credit ?? 0n };
  });
  const debits = exact.map(({ debitNano }) => divCeil(debitNano, NANO_PER_MICRO));
  const debitTotal = debits.reduce((sum, debit) => sum + debit, 0n);
  let room = debitTotal - previous.feeTotal - previous.creditTotal;
  assert(room >= 0n, "debits never fall");
  const accounts = exact.map(({ creditBefore, ...balance }, position) => {
    const gain = divFloor(balance.creditNano, NANO_PER_MICRO) - creditBefore;
    const granted = gain - (gain > room ? gain - room : 0n);
    room -= granted;
    return { ...balance, credit: creditBefore + granted, debit: debits[position] ?? 0n };
  });
  const creditTotal = accounts.reduce((sum, { credit }) => sum + credit, 0n);
  return { accounts, creditTotal, debitTotal, feeTotal: debitTotal - creditTotal };
}
