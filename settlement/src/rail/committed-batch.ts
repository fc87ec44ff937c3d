import type { BatchRecord, BatchStore } from "@commonwatt/vpp-core";
import { type CommittedBatch, NO_BATCH } from "../chain/court-calls.ts";
import type { EscrowLink } from "./escrow-link.ts";
import { headerOf } from "./stored-batch.ts";

/** A stored batch with the time at which the court took it in, or `null` when the court has another or none. */
export async function committedBatch(
  { court, patience }: EscrowLink,
  record: BatchRecord,
): Promise<CommittedBatch | null> {
  const commit = await patience.until(() => court.commitOf(record.number, record.commitHash));
  if (commit === null || commit.headerHash !== record.headerHash) return null;
  return { header: headerOf(record), committedAt: commit.committedAt };
}

/** The oldest batch that is not final; one of zeros when there is none, or it is not in the store. */
export async function oldestPending(link: EscrowLink, batches: BatchStore): Promise<CommittedBatch> {
  const { head, finalNumber } = await link.patience.until(() => link.court.progress());
  const record = head > finalNumber ? await batches.byNumber(finalNumber + 1) : null;
  return (record === null ? null : await committedBatch(link, record)) ?? NO_BATCH;
}
