import { type Account, CommonwattError, type Store } from "@commonwatt/vpp-core";
import { balancesOf } from "../batch/balances.ts";
import type { CompiledContract } from "../chain/contracts.ts";
import { COURT, ESCROW, REGISTRY, TOKEN } from "../chain/contracts.ts";
import { courtReader } from "../chain/court-reader.ts";
import { auditEscrow } from "../chain/escrow-audit.ts";
import { escrowReader } from "../chain/escrow-reader.ts";
import { nodeEvents } from "../chain/event-log.ts";
import type { Deployment } from "../chain/manifest.ts";
import type { JsonRpcProvider } from "../chain/rpc.ts";
import { fileOf } from "../rail/stored-batch.ts";
import { testStreet } from "../testing/street.ts";

const EVERYTHING = 1_000_000;
/** Where made tokens come from. */
const NOBODY = `0x${"00".repeat(20)}`;

/** What database and chain say in the end. */
export interface BooksOfFaults {
  readonly batches: number;
  /** Acknowledged intervals that are not stored, and stored batches that are not on the chain as they are. */
  readonly lost: number;
  /**
   * Things that happened twice: registrations, deposits and the tokens made for them, bonds, commits, finalisations,
   * and money beyond what was earned.
   */
  readonly paidTwice: number;
  readonly conserved: boolean;
  readonly withdrawnMicro: string;
}

/** Compares them. Every home deposits once, and the bond is put up once. */
export async function compareFaultBooks(
  rpc: JsonRpcProvider,
  deployment: Deployment | null,
  store: Store,
  settled: ReadonlySet<number>,
  homes: number,
): Promise<BooksOfFaults> {
  if (deployment === null) throw new CommonwattError("ESCROW_MISSING", "nothing was ever deployed");
  const records = await store.batches.list(1, EVERYTHING);
  const court = courtReader(rpc, deployment);
  const { head, finalNumber } = await court.progress();
  let lost = [...settled].filter((number) => records[number - 1] === undefined).length;
  for (const { number, headerHash, commitHash, status } of records) {
    const commit = await court.commitOf(number, commitHash);
    const isThere = number <= Math.min(head, finalNumber) && commit?.headerHash === headerHash;
    if (!isThere || status !== "paid") lost += 1;
  }
  const surplus = async (
    contract: CompiledContract,
    address: Account,
    event: string,
    due: number,
    args: readonly unknown[] = [],
  ): Promise<number> => {
    const topics = contract.abi.encodeFilterTopics(event, [...args]);
    return Math.max(0, (await nodeEvents(rpc).events(address, topics, 0)).length - due);
  };
  let paidTwice = await surplus(ESCROW, deployment.escrow, "Deposited", homes);
  paidTwice += await surplus(REGISTRY, deployment.registry, "SiteRegistered", homes);
  // Tokens are made once for each deposit, and for the bond.
  paidTwice += await surplus(TOKEN, deployment.token, "Transfer", homes + 1, [NOBODY]);
  paidTwice += await surplus(COURT, deployment.court, "BondDeposited", 1);
  paidTwice += await surplus(COURT, deployment.court, "BatchCommitted", records.length);
  paidTwice += await surplus(COURT, deployment.court, "BatchFinalized", records.length);
  const escrow = escrowReader(rpc, deployment);
  const nanoPerUnit = await escrow.nanoPerUnit();
  const last = records.at(-1);
  const balances = last === undefined ? [] : balancesOf(fileOf(last)).accounts;
  let withdrawnMicro = 0n;
  for (const { account } of testStreet(homes).sites) {
    const { withdrawn } = await escrow.funds(account);
    const leaf = balances.find((one) => one.account === account);
    const earned =
      leaf === undefined || leaf.credit < leaf.debit ? 0n : (leaf.credit - leaf.debit) / nanoPerUnit;
    if (withdrawn > earned) paidTwice += 1;
    withdrawnMicro += withdrawn;
  }
  const { conserved } = await auditEscrow(rpc, deployment, async () => balances);
  return { batches: records.length, lost, paidTwice, conserved, withdrawnMicro: withdrawnMicro.toString() };
}
