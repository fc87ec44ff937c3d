import type { BatchRecord } from "@commonwatt/vpp-core";
import { type BatchFault, verifyBatch } from "./batch/verify-batch.ts";
import { courtReader } from "./chain/court-reader.ts";
import { DEV_CHAIN_ID, startDevChain } from "./chain/dev-chain.ts";
import { type Deployment, manifestPath, readManifest } from "./chain/manifest.ts";
import { connectRpc, type JsonRpcProvider } from "./chain/rpc.ts";
import { fileOf } from "./rail/stored-batch.ts";

/** What a stored batch looks like from outside. */
export interface BatchInspection {
  readonly number: number;
  /** Whether this very header stands before the court. */
  readonly isOnChain: boolean;
  readonly isFinal: boolean;
  /** What is wrong with it when it is recomputed from its own archive. */
  readonly faults: readonly BatchFault[];
}

/**
 * Holds stored batches against the development chain that a rail left in `directory`, and recomputes each
 * of them. Also tells how many batches the chain has, as it may have more than the store.
 */
export async function inspectBatches(
  directory: string,
  records: readonly BatchRecord[],
): Promise<{ readonly onChain: number; readonly batches: readonly BatchInspection[] }> {
  const deployment = await readManifest(manifestPath(directory));
  if (deployment === null) return { onChain: 0, batches: records.map(missing) };
  const chain = await startDevChain(directory);
  const rpc = connectRpc(chain.rpcUrl, DEV_CHAIN_ID);
  try {
    return await inspectOn(rpc, deployment, records);
  } finally {
    rpc.destroy();
    await chain.stop();
  }
}

/** Holds stored batches, from the first one on, against a chain that runs; see {@link inspectBatches}. */
export async function inspectOn(
  rpc: JsonRpcProvider,
  deployment: Deployment,
  records: readonly BatchRecord[],
): Promise<{ readonly onChain: number; readonly batches: readonly BatchInspection[] }> {
  const court = courtReader(rpc, deployment);
  const { head, finalNumber } = await court.progress();
  const batches: BatchInspection[] = [];
  for (const [index, record] of records.entries()) {
    const previous = records[index - 1];
    const commit = await court.commitOf(record.number, record.commitHash);
    batches.push({
      number: record.number,
      isOnChain: record.number <= head && commit?.headerHash === record.headerHash,
      isFinal: record.number <= finalNumber,
      faults: verifyBatch(previous === undefined ? null : fileOf(previous), fileOf(record)),
    });
  }
  return { onChain: head, batches };
}

function missing({ number }: BatchRecord): BatchInspection {
  return { number, isOnChain: false, isFinal: false, faults: [] };
}
