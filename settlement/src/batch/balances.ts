import assert from "node:assert/strict";
import type { Account, Hex } from "@commonwatt/vpp-core";
import { toHexes } from "../hash/keccak.ts";
import type { BalanceLeaf } from "./balance-tree.ts";
import type { BatchArchive, BatchFile } from "./batch-archive.ts";
import { leafSalts } from "./leaf-salt.ts";

/** What an interval adds to one account, in nano. */
export interface BalanceChange {
  readonly account: Account;
  readonly creditNano: bigint;
  readonly debitNano: bigint;
}

/** Cumulative balances with their totals: `creditTotal + feeTotal = debitTotal`, exactly. */
export interface Balances {
  readonly accounts: readonly BalanceLeaf[];
  readonly creditTotal: bigint;
  readonly debitTotal: bigint;
  readonly feeTotal: bigint;
}

/** Before the first batch. */
export const NO_BALANCES: Balances = { accounts: [], creditTotal: 0n, debitTotal: 0n, feeTotal: 0n };

/** Adds an interval to the cumulative balances: exact, in nano. What is not credited is the fee. */
export function addToBalances(previous: Balances, changes: readonly BalanceChange[], seed: Hex): Balances {
  assert(changes.length >= previous.accounts.length, "an account never leaves the tree");
  const salts = toHexes(leafSalts(seed, "balances", changes.length));
  const accounts = changes.map(({ account, creditNano, debitNano }, index) => {
    const before = previous.accounts[index];
    assert(before === undefined || before.account === account, "an account keeps its index");
    const credit = (before?.credit ?? 0n) + creditNano;
    const debit = (before?.debit ?? 0n) + debitNano;
    return { index, account, credit, debit, salt: salts[index] ?? "0x" };
  });
  let creditTotal = 0n;
  let debitTotal = 0n;
  for (const { credit, debit } of accounts) {
    creditTotal += credit;
    debitTotal += debit;
  }
  return { accounts, creditTotal, debitTotal, feeTotal: debitTotal - creditTotal };
}

/** The balances that a batch left. */
export function balancesOf({ header, archive }: BatchFile): Balances {
  return {
    accounts: balanceLeaves(archive),
    creditTotal: BigInt(header.creditTotal),
    debitTotal: BigInt(header.debitTotal),
    feeTotal: BigInt(header.feeTotal),
  };
}

/** The leaves of the balance tree as an archive has them. */
export function balanceLeaves({ seed, balances }: BatchArchive): readonly BalanceLeaf[] {
  const salts = toHexes(leafSalts(seed, "balances", balances.length));
  return balances.map(([index, account, credit, debit], position) => {
    const salt = salts[position] ?? "0x";
    return { index, account, credit: BigInt(credit), debit: BigInt(debit), salt };
  });
}
