import {
  type BatchRecord,
  type BatchStore,
  CommonwattError,
  type Hex,
  isCommonwattError,
} from "@commonwatt/vpp-core";
import { ZERO_HASH } from "../batch/batch-header.ts";
import { ESCROW, namedRevert } from "../chain/contracts.ts";
import { commitData, finalizeData, settleData } from "../chain/escrow-calls.ts";
import { coverDebits } from "./cover-debits.ts";
import type { EscrowLink } from "./escrow-link.ts";
import { headerOf, treeOf } from "./stored-batch.ts";

/** Accounts recorded by one chain transaction: well below any block's gas. */
const ACCOUNTS_PER_CALL = 50;
/** How soon to look again when the chain's own clock is a little behind ours. */
const CHAIN_BEHIND_MS = 200;

/** What the steps of a batch need. */
export interface StepContext {
  readonly link: EscrowLink;
  readonly batches: BatchStore;
}

/** Puts a stored batch on the chain, or finds it there already. */
export async function commitBatch({ link, batches }: StepContext, record: BatchRecord): Promise<void> {
  const { reader, outbox, deployment, operator: sender } = link;
  const { number, intervalIndex, headerHash } = record;
  const previous = number === 1 ? null : await batches.byNumber(number - 1);
  const isCommitted = async (): Promise<boolean> => {
    const { hash } = await reader.batch(number);
    if (hash !== ZERO_HASH && hash !== headerHash) throw diverged(number, hash, headerHash);
    return hash === headerHash;
  };
  if (!(await link.patience.until(isCommitted))) await coverDebits(link, batches, previous, record);
  const { transactionHash } = await outbox.submit({
    key: `commit:${number}`,
    sender,
    to: deployment.escrow,
    data: commitData(previous === null ? null : headerOf(previous), headerOf(record)),
    done: isCommitted,
  });
  if (!(await link.patience.until(isCommitted))) throw takenBack(number);
  const commitHash = transactionHash ?? (await eventHash(link, "BatchCommitted", number));
  await batches.update(number, { status: "committed", commitHash });
  link.emit({ kind: "committed", batchNumber: number, intervalIndex, transactionHash: commitHash });
}

/** Makes a committed batch final. Answers how long to wait when its window is still open, else `null`. */
export async function finalizeBatch(
  { link, batches }: StepContext,
  record: BatchRecord,
): Promise<number | null> {
  const { reader, outbox, patience, deployment, operator: sender } = link;
  const { number, intervalIndex } = record;
  const isFinal = async (): Promise<boolean> => (await reader.progress()).finalNumber >= number;
  const { committedAtSeconds } = await patience.until(() => reader.batch(number));
  const endsAtMs = 1_000 * (committedAtSeconds + link.terms.challengeWindowSeconds);
  const leftMs = endsAtMs - link.wallClock.now();
  if (leftMs > 0 && !(await patience.until(isFinal))) return leftMs;
  let finalizeHash: Hex;
  try {
    const { transactionHash } = await outbox.submit({
      key: `finalize:${number}`,
      sender,
      to: deployment.escrow,
      data: finalizeData(headerOf(record)),
      done: isFinal,
    });
    finalizeHash = transactionHash ?? (await eventHash(link, "BatchFinalized", number));
  } catch (error) {
    if (!isCommonwattError(error)) throw error;
    const named = namedRevert(ESCROW, error);
    if (named.details["reason"] === "EscrowWindowOpen") return CHAIN_BEHIND_MS;
    throw named;
  }
  await batches.update(number, { status: "final", finalizeHash });
  link.emit({ kind: "finalized", batchNumber: number, intervalIndex, transactionHash: finalizeHash });
  return null;
}

/** Records every account from the latest final batch; that pays it and all final batches before it. */
export async function payBatches(
  { link, batches }: StepContext,
  latest: BatchRecord,
  due: readonly BatchRecord[],
): Promise<void> {
  const { reader, outbox, deployment, operator: sender } = link;
  const tree = treeOf(latest);
  const header = headerOf(latest);
  let payHash: Hex = ZERO_HASH;
  for (let from = 0; from < header.accountCount; from += ACCOUNTS_PER_CALL) {
    const length = Math.min(ACCOUNTS_PER_CALL, header.accountCount - from);
    const proofs = Array.from({ length }, (_, offset) => tree.proof(from + offset));
    const { transactionHash } = await outbox.submit({
      key: `settle:${latest.number}:${from}`,
      sender,
      to: deployment.escrow,
      data: settleData(header, proofs),
      done: async () => {
        const settled = await Promise.all(proofs.map(({ leaf }) => reader.settledNumber(leaf.account)));
        return settled.every((number) => number >= latest.number);
      },
    });
    payHash = transactionHash ?? payHash;
  }
  for (const { number, intervalIndex } of due) {
    await batches.update(number, { status: "paid", payHash });
    link.emit({ kind: "paid", batchNumber: number, intervalIndex, transactionHash: payHash });
  }
}

async function eventHash(
  { reader, patience }: EscrowLink,
  event: "BatchCommitted" | "BatchFinalized",
  number: number,
): Promise<Hex> {
  return (await patience.until(() => reader.batchEventHash(event, number))) ?? ZERO_HASH;
}

function diverged(number: number, onChain: Hex, stored: Hex): CommonwattError {
  return new CommonwattError(
    "ESCROW_DIVERGED",
    `batch ${number} on the chain is another one than ours: chain and database do not belong together`,
    { details: { number, onChain, stored } },
  );
}

function takenBack(number: number): CommonwattError {
  return new CommonwattError(
    "ESCROW_BATCH_TAKEN_BACK",
    `batch ${number} was on the chain and is not any more: a challenge or a reorganisation took it back`,
    { retryable: true, details: { number } },
  );
}
