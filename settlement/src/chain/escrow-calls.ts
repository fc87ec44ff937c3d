import type { Account, Hex } from "@commonwatt/vpp-core";
import type { BalanceProof } from "../batch/balance-tree.ts";
import { type BatchHeader, ZERO_HASH } from "../batch/batch-header.ts";
import { callData, ESCROW, TOKEN } from "./contracts.ts";

/** What stands where the contract ignores a header. */
const NO_HEADER: BatchHeader = {
  community: ZERO_HASH,
  number: 0,
  previousHash: ZERO_HASH,
  intervalIndex: 0,
  intervalStart: 0,
  intervalEnd: 0,
  rulesHash: ZERO_HASH,
  clearingPrice: null,
  ordersRoot: ZERO_HASH,
  orderCount: 0,
  readingsRoot: ZERO_HASH,
  readingCount: 0,
  fillsRoot: ZERO_HASH,
  fillCount: 0,
  positionsRoot: ZERO_HASH,
  balancesRoot: ZERO_HASH,
  accountCount: 0,
  creditTotal: 0n,
  debitTotal: 0n,
  feeTotal: 0n,
  archiveHash: ZERO_HASH,
};

/** Commits a batch; `previous` is the header before, `null` for the first. */
export function commitData(previous: BatchHeader | null, header: BatchHeader): Hex {
  return callData(ESCROW, "commitBatch", [previous ?? NO_HEADER, header]);
}

/** Makes a batch final whose window is over. */
export function finalizeData(header: BatchHeader): Hex {
  return callData(ESCROW, "finalizeBatch", [header]);
}

/** Records accounts' cumulative amounts from the latest final batch. */
export function settleData(header: BatchHeader, proofs: readonly BalanceProof[]): Hex {
  return callData(ESCROW, "settleAccounts", [header, proofs]);
}

/** Asks for a withdrawal of the sender's money. */
export function requestWithdrawalData(amount: bigint, recipient: Account): Hex {
  return callData(ESCROW, "requestWithdrawal", [amount, recipient]);
}

/** Executes a mature withdrawal against the latest final batch. */
export function withdrawData(account: Account, header: BatchHeader, proof: BalanceProof): Hex {
  return callData(ESCROW, "withdraw", [account, header, proof]);
}

/** Adds to the operator's bond. */
export function depositBondData(amount: bigint): Hex {
  return callData(ESCROW, "depositBond", [amount]);
}

/** Creates tokens on a development chain. */
export function mintData(account: Account, amount: bigint): Hex {
  return callData(TOKEN, "mint", [account, amount]);
}

/** Lets somebody take tokens of the sender. */
export function approveData(spender: Account, amount: bigint): Hex {
  return callData(TOKEN, "approve", [spender, amount]);
}
