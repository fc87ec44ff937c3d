import { epochMs, type IntervalIndex } from "@commonwatt/vpp-core";
import { type BatchFile, hashArchive } from "./batch-archive.ts";
import type { BatchHeaderJson } from "./batch-header.ts";
import { buildBatch } from "./build-batch.ts";
import { canonicalJson } from "./canonical-json.ts";

/** What can be wrong with a batch. */
export type BatchFault =
  | "archive-malformed"
  | "archive-hash-wrong"
  | "community-wrong"
  | "number-wrong"
  | "previous-hash-wrong"
  | "interval-wrong"
  | "accounts-changed"
  | "settlements-wrong"
  | "trades-root-wrong"
  | "readings-root-wrong"
  | "balances-wrong"
  | "balances-root-wrong"
  | "account-count-wrong"
  | "totals-wrong";

const HEADER_FAULTS: readonly (readonly [keyof BatchHeaderJson, BatchFault])[] = [
  ["community", "community-wrong"],
  ["number", "number-wrong"],
  ["previousHash", "previous-hash-wrong"],
  ["intervalIndex", "interval-wrong"],
  ["tradesRoot", "trades-root-wrong"],
  ["readingsRoot", "readings-root-wrong"],
  ["balancesRoot", "balances-root-wrong"],
  ["accountCount", "account-count-wrong"],
  ["creditTotal", "totals-wrong"],
  ["debitTotal", "totals-wrong"],
  ["feeTotal", "totals-wrong"],
];

/**
 * Recomputes a batch from its archive and the batch before it, and says everything that differs;
 * nothing when the batch is right. Needs no chain, no database and no trust: compare the header's hash with
 * the escrow's own to know that it is the batch that was committed.
 */
export function verifyBatch(previous: BatchFile | null, batch: BatchFile): readonly BatchFault[] {
  const { header, archive } = batch;
  const faults = new Set<BatchFault>();
  if (header.archiveHash !== hashArchive(archive)) faults.add("archive-hash-wrong");
  if (previous !== null && previous.archive.community !== archive.community) faults.add("community-wrong");
  if (archive.number !== header.number) faults.add("number-wrong");
  if (previous !== null && header.intervalIndex <= previous.header.intervalIndex)
    faults.add("interval-wrong");
  if (!continuesAccounts(previous, batch)) return [...faults, "accounts-changed"];
  const rebuilt = rebuild(previous, batch);
  if (rebuilt === null) return [...faults, "archive-malformed"];
  if (!same(rebuilt.archive.settlements, archive.settlements)) faults.add("settlements-wrong");
  if (!same(rebuilt.archive.balances, archive.balances)) faults.add("balances-wrong");
  for (const [field, fault] of HEADER_FAULTS) if (rebuilt.header[field] !== header[field]) faults.add(fault);
  return [...faults];
}

function rebuild(previous: BatchFile | null, { archive }: BatchFile): BatchFile | null {
  const { index, startMs, endMs } = archive.interval;
  try {
    return buildBatch(previous, {
      ...archive,
      interval: { index: index as IntervalIndex, startMs: epochMs(startMs), endMs: epochMs(endMs) },
      salts: archive.balances.map(({ salt }) => salt),
    }).file;
  } catch {
    // Trades of unknown sites, numbers that are none: not something that could have been built.
    return null;
  }
}

/** Accounts keep their index; new ones come at the end. */
function continuesAccounts(previous: BatchFile | null, { archive }: BatchFile): boolean {
  return (previous?.archive.accounts ?? []).every(
    (account, index) => archive.accounts[index]?.account === account.account,
  );
}

function same(left: unknown, right: unknown): boolean {
  return canonicalJson(left) === canonicalJson(right);
}
