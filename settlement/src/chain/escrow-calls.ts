import type { Account, Hex } from "@commonwatt/vpp-core";
import type { BalanceProof } from "../batch/balance-tree.ts";
import { callData, ESCROW } from "./contracts.ts";
import { type CommittedBatch, committedArgument } from "./court-calls.ts";
import type { ChainReceipt } from "./rpc.ts";

/** Records accounts' cumulative amounts from the latest final batch. */
export function settleData(latest: CommittedBatch, proofs: readonly BalanceProof[]): Hex {
  return callData(ESCROW, "settleAccounts", [committedArgument(latest), proofs]);
}

/** Asks for a withdrawal of the sender's money. */
export function requestWithdrawalData(amount: bigint, recipient: Account): Hex {
  return callData(ESCROW, "requestWithdrawal", [amount, recipient]);
}

/** Executes a mature withdrawal against the latest final batch; `oldestPending` shows what is not final yet. */
export function withdrawData(
  account: Account,
  latest: CommittedBatch,
  proof: BalanceProof,
  oldestPending: CommittedBatch,
): Hex {
  const batches = [committedArgument(latest), proof, committedArgument(oldestPending)];
  return callData(ESCROW, "withdraw", [account, ...batches]);
}

/** What a withdrawal paid, from its receipt; 0 when it paid nothing. */
export function withdrawnAmount(receipt: ChainReceipt): bigint {
  for (const { topics, data } of receipt.logs) {
    const event = ESCROW.abi.parseLog({ topics: [...topics], data });
    if (event?.name === "Withdrawn") return event.args["amount"] as bigint;
  }
  return 0n;
}
