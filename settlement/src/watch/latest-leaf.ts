import { type Account, CommonwattError } from "@commonwatt/vpp-core";
import { type BalanceProof, balanceTree } from "../batch/balance-tree.ts";
import { type Balances, balancesOf } from "../batch/balances.ts";
import { headerToJson, ZERO_HASH } from "../batch/batch-header.ts";
import { committedHeader } from "../chain/committed-header.ts";
import { type CommittedBatch, NO_BATCH } from "../chain/court-calls.ts";
import type { CourtReader } from "../chain/court-reader.ts";
import type { JsonRpcProvider } from "../chain/rpc.ts";
import { type BatchSource, findArchive } from "./batch-source.ts";

/** What stands where the escrow ignores a proof. */
function noProof(account: Account): BalanceProof {
  return { leaf: { index: 0, account, credit: 0n, debit: 0n, salt: ZERO_HASH }, siblings: [] };
}

/** A committed batch as the chain itself tells it; `NO_BATCH` for number 0. */
export async function batchOnChain(
  rpc: JsonRpcProvider,
  court: CourtReader,
  number: number,
): Promise<CommittedBatch> {
  if (number === 0) return NO_BATCH;
  const commit = await court.commitOf(number, null);
  const header = commit === null ? null : await committedHeader(rpc, commit);
  if (commit !== null && header !== null) return { header, committedAt: commit.committedAt };
  throw new CommonwattError("BATCH_WITHHELD", `the header of batch ${number} can't be read from the chain`);
}

/** The oldest batch that is not final; `NO_BATCH` when there is none. */
export async function oldestOnChain(rpc: JsonRpcProvider, court: CourtReader): Promise<CommittedBatch> {
  const { head, finalNumber } = await court.progress();
  return head > finalNumber ? batchOnChain(rpc, court, finalNumber + 1) : NO_BATCH;
}

/**
 * The latest final batch with an account's balance in it, from the chain and whoever has the archive; what it takes to
 * be paid without the operator.
 * @throws CommonwattError `BATCH_WITHHELD` when nobody has the archive.
 */
export async function latestLeaf(
  rpc: JsonRpcProvider,
  court: CourtReader,
  sources: readonly BatchSource[],
  account: Account,
): Promise<{ readonly latest: CommittedBatch; readonly proof: BalanceProof }> {
  const { finalNumber } = await court.progress();
  const latest = await batchOnChain(rpc, court, finalNumber);
  if (finalNumber === 0) return { latest, proof: noProof(account) };
  const balances = await balancesIn(latest, sources);
  const leaf = balances.accounts.find((one) => one.account.toLowerCase() === account.toLowerCase());
  if (leaf === undefined) {
    throw new CommonwattError("ESCROW_ACCOUNT_MISSING", `${account} is in no final batch yet`, {
      retryable: true,
    });
  }
  return { latest, proof: balanceTree(balances.accounts).proof(leaf.index) };
}

/**
 * The most that an account owes in any batch that is not final yet, in nano, net of what it earned by then (negative
 * when it earned more); `null` when every batch is final. A payout that left less would let anybody take such a batch
 * back.
 * @throws CommonwattError `BATCH_WITHHELD` when nobody has an archive.
 */
export async function pendingDebit(
  rpc: JsonRpcProvider,
  court: CourtReader,
  sources: readonly BatchSource[],
  account: Account,
): Promise<bigint | null> {
  const { head, finalNumber } = await court.progress();
  let most: bigint | null = null;
  for (let number = finalNumber + 1; number <= head; number++) {
    const balances = await balancesIn(await batchOnChain(rpc, court, number), sources);
    const leaf = balances.accounts.find((one) => one.account.toLowerCase() === account.toLowerCase());
    const owed = leaf === undefined ? 0n : leaf.debit - leaf.credit;
    if (most === null || owed > most) most = owed;
  }
  return most;
}

async function balancesIn({ header }: CommittedBatch, sources: readonly BatchSource[]): Promise<Balances> {
  const found = await findArchive(sources, header.archiveHash);
  if (found.archive !== null) {
    return balancesOf({ header: headerToJson(header), archive: found.archive });
  }
  throw new CommonwattError(
    "BATCH_WITHHELD",
    `nobody shows batch ${header.number}: ${found.why || "no --source was named"}`,
    { retryable: true },
  );
}
