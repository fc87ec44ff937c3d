import {
  type BatchRecord,
  type BatchStore,
  CommonwattError,
  type Hex,
  isCommonwattError,
} from "@commonwatt/vpp-core";
import { ZERO_HASH } from "../batch/batch-header.ts";
import { COURT, namedRevert } from "../chain/contracts.ts";
import { commitData, finalizeData } from "../chain/court-calls.ts";
import { settleData } from "../chain/escrow-calls.ts";
import { committedBatch } from "./committed-batch.ts";
import { coverDebits } from "./cover-debits.ts";
import type { EscrowLink } from "./escrow-link.ts";
import { requireFinal } from "./require-final.ts";
import { headerOf, treeOf } from "./stored-batch.ts";

/** Accounts recorded by one chain transaction: well below any block's gas. */
const ACCOUNTS_PER_CALL = 50;
/** How soon to look again while somebody waits to be shown a leaf. */
const QUESTION_OPEN_MS = 1_000;
/** How soon to look again when the chain's own clock is a little behind ours. */
const CHAIN_BEHIND_MS = 200;

/** When to look again whether the chain can still undo a step. */
const NOT_FINAL_MS = 2_000;

/** What the steps of a batch need. */
export interface StepContext {
  readonly link: EscrowLink;
  readonly batches: BatchStore;
}

/** Puts a stored batch before the court, or finds it there already. */
export async function commitBatch({ link, batches }: StepContext, record: BatchRecord): Promise<void> {
  const { court, outbox, patience, deployment, operator: sender } = link;
  const { number, intervalIndex, headerHash } = record;
  const previous = number === 1 ? null : await batches.byNumber(number - 1);
  const isCommitted = async (): Promise<boolean> => {
    if ((await court.progress()).head < number) return false;
    const commit = await court.commitOf(number, record.commitHash);
    if (commit !== null && commit.headerHash !== headerHash)
      throw diverged(number, commit.headerHash, headerHash);
    return commit !== null;
  };
  if (!(await patience.until(isCommitted))) {
    if (record.commitHash !== null) await refuseTakenBack(link, record, record.commitHash);
    await requireFinal(link, record);
    await coverDebits(link, batches, previous, record);
  }
  const before = previous === null ? null : await committedBatch(link, previous);
  const { transactionHash } = await outbox.submit({
    key: `commit:${number}`,
    sender,
    to: deployment.court,
    data: commitData(headerOf(record), before?.committedAt ?? 0),
    done: isCommitted,
  });
  if (!(await patience.until(isCommitted))) throw takenBack(number, "a challenge or a reorganisation");
  const commitHash =
    transactionHash ?? (await patience.until(() => court.commitOf(number, null)))?.transactionHash;
  await batches.update(number, { status: "committed", commitHash: commitHash ?? ZERO_HASH });
  link.emit({
    kind: "committed",
    batchNumber: number,
    intervalIndex,
    transactionHash: commitHash ?? ZERO_HASH,
  });
}

/**
 * Sees to it that a batch which somebody had taken back is not committed again as it is: it would be taken
 * back again, with the bond.
 */
async function refuseTakenBack(
  { court, patience, emit, logger }: EscrowLink,
  { number, headerHash }: BatchRecord,
  commitHash: Hex,
): Promise<void> {
  const { block } = await patience.until(() => court.blockOf(commitHash));
  if (block === null) return;
  const found = (await patience.until(() => court.takenBack(block))).findLast(
    (one) => one.number <= number && number <= one.oldHead,
  );
  // A node can show that a batch is gone a moment before it shows why.
  if (found === undefined) throw takenBack(number, "somebody, for what the chain does not show yet");
  logger.error(
    { number, headerHash, kind: found.kind },
    "a batch of ours was taken back and is not committed again",
  );
  emit({
    kind: "taken-back",
    batchNumber: found.number,
    reason: found.kind,
    transactionHash: found.transactionHash,
  });
  throw takenBack(number, `a challenge: ${found.kind}`);
}

/** Makes a committed batch final. Answers how long to wait when that is not allowed yet, in ms, else `null`. */
export async function finalizeBatch(
  { link, batches }: StepContext,
  record: BatchRecord,
): Promise<number | null> {
  const { court, outbox, patience, deployment, operator: sender } = link;
  const { number, intervalIndex } = record;
  const isFinal = async (): Promise<boolean> => (await court.progress()).finalNumber >= number;
  const batch = await committedBatch(link, record);
  if (batch === null) throw takenBack(number, "a challenge or a reorganisation");
  if (!(await patience.until(isFinal))) {
    const seconds = await patience.until(() => court.finalizableAt(batch));
    if (seconds === null) return QUESTION_OPEN_MS;
    const leftMs = 1_000 * seconds - link.wallClock.now();
    if (leftMs > 0) return leftMs;
  }
  let finalizeHash: Hex;
  try {
    const { transactionHash } = await outbox.submit({
      key: `finalize:${number}`,
      sender,
      to: deployment.court,
      data: finalizeData(batch),
      done: isFinal,
    });
    finalizeHash = transactionHash ?? (await patience.until(() => court.finalizeHash(number))) ?? ZERO_HASH;
  } catch (error) {
    if (!isCommonwattError(error)) throw error;
    const named = namedRevert(COURT, error);
    if (named.details["reason"] === "CourtNotFinalizable") return CHAIN_BEHIND_MS;
    throw named;
  }
  if ((await patience.until(() => link.final.finalNumber())) < number) return NOT_FINAL_MS;
  await batches.update(number, { status: "final", finalizeHash });
  link.emit({ kind: "finalized", batchNumber: number, intervalIndex, transactionHash: finalizeHash });
  return null;
}

/**
 * Records every account from the latest final batch; that pays it and all final batches before it. Answers how long
 * to wait while the chain could still undo that, in ms, else `null`.
 */
export async function payBatches(
  { link, batches }: StepContext,
  latest: BatchRecord,
  due: readonly BatchRecord[],
): Promise<number | null> {
  const { escrow, final, outbox, patience, deployment, operator: sender } = link;
  const tree = treeOf(latest);
  const batch = await committedBatch(link, latest);
  if (batch === null) throw takenBack(latest.number, "a reorganisation");
  const { header } = batch;
  let payHash: Hex = ZERO_HASH;
  for (let from = 0; from < header.accountCount; from += ACCOUNTS_PER_CALL) {
    const length = Math.min(ACCOUNTS_PER_CALL, header.accountCount - from);
    const proofs = Array.from({ length }, (_, offset) => tree.proof(from + offset));
    const { transactionHash } = await outbox.submit({
      key: `settle:${latest.number}:${from}`,
      sender,
      to: deployment.escrow,
      data: settleData(batch, proofs),
      done: async () => {
        const settled = await Promise.all(proofs.map(({ leaf }) => escrow.settledNumber(leaf.account)));
        return settled.every((number) => number >= latest.number);
      },
    });
    payHash = transactionHash ?? payHash;
    const settled = await Promise.all(
      proofs.map(({ leaf }) => patience.until(() => final.settledNumber(leaf.account))),
    );
    if (settled.some((number) => number < latest.number)) return NOT_FINAL_MS;
  }
  for (const { number, intervalIndex } of due) {
    await batches.update(number, { status: "paid", payHash });
    link.emit({ kind: "paid", batchNumber: number, intervalIndex, transactionHash: payHash });
  }
  return null;
}

function diverged(number: number, onChain: Hex, stored: Hex): CommonwattError {
  return new CommonwattError(
    "ESCROW_DIVERGED",
    `batch ${number} on the chain is another one than ours: chain and database do not belong together`,
    { details: { number, onChain, stored } },
  );
}

function takenBack(number: number, by: string): CommonwattError {
  return new CommonwattError(
    "ESCROW_BATCH_TAKEN_BACK",
    `batch ${number} was on the chain and is not any more: taken back by ${by}`,
    { retryable: true, details: { number } },
  );
}
