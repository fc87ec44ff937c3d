import type { Account, Hex } from "@commonwatt/vpp-core";
import type { BalanceProof } from "../batch/balance-tree.ts";
import { type BatchHeader, clearingPriceWord, ZERO_HASH } from "../batch/batch-header.ts";
import type { ShownLeaf } from "../batch/shown-leaf.ts";
import { COURT, callData, TOKEN } from "./contracts.ts";

/** A batch as the court knows it: its header, and the time of the block that took it in. */
export interface CommittedBatch {
  readonly header: BatchHeader;
  /** Seconds since the epoch. */
  readonly committedAt: number;
}

/** A header as ethers encodes it. */
export function headerArgument(header: BatchHeader): object {
  return { ...header, clearingPrice: clearingPriceWord(header.clearingPrice) };
}

/** A committed batch as ethers encodes it. */
export function committedArgument({ header, committedAt }: CommittedBatch): object {
  return { header: headerArgument(header), committedAt };
}

/** What stands where a contract ignores a committed batch. */
export const NO_BATCH: CommittedBatch = {
  header: {
    ...{ community: ZERO_HASH, number: 0, previousHash: ZERO_HASH, intervalIndex: 0 },
    ...{ intervalStart: 0, intervalEnd: 0, rulesHash: ZERO_HASH, clearingPrice: null },
    ...{ ordersRoot: ZERO_HASH, orderCount: 0, readingsRoot: ZERO_HASH, readingCount: 0 },
    ...{ fillsRoot: ZERO_HASH, fillCount: 0, positionsRoot: ZERO_HASH, balancesRoot: ZERO_HASH },
    ...{ accountCount: 0, creditTotal: 0n, debitTotal: 0n, feeTotal: 0n, archiveHash: ZERO_HASH },
  },
  committedAt: 0,
};

/** Commits a batch; `previousCommittedAt` is when the one before was, 0 for the first. */
export function commitData(header: BatchHeader, previousCommittedAt: number): Hex {
  return callData(COURT, "commit", [headerArgument(header), previousCommittedAt]);
}

/** Makes a batch final against which nothing can be brought any more. */
export function finalizeData(batch: CommittedBatch): Hex {
  return callData(COURT, "finalize", [committedArgument(batch)]);
}

/** Adds to the operator's bond. */
export function depositBondData(amount: bigint): Hex {
  return callData(COURT, "depositBond", [amount]);
}

/** Shows a leaf of the trees of orders, readings, fills or positions. */
export function answerData(batch: CommittedBatch, tree: number, index: number, shown: ShownLeaf): Hex {
  const { leaf, siblings, evidence } = shown;
  return callData(COURT, "answer", [committedArgument(batch), tree, index, leaf, siblings, evidence]);
}

/** Shows a leaf of the balance tree. */
export function answerBalanceData(batch: CommittedBatch, proof: BalanceProof): Hex {
  return callData(COURT, "answerBalance", [committedArgument(batch), proof]);
}

/** Takes a batch back of which a leaf was not shown in time. */
export function claimUnansweredData(batch: CommittedBatch, tree: number, index: number): Hex {
  return callData(COURT, "claimUnanswered", [committedArgument(batch), tree, index]);
}

/** Creates tokens on a development chain. */
export function mintData(account: Account, amount: bigint): Hex {
  return callData(TOKEN, "mint", [account, amount]);
}

/** Lets somebody take tokens of the sender. */
export function approveData(spender: Account, amount: bigint): Hex {
  return callData(TOKEN, "approve", [spender, amount]);
}
