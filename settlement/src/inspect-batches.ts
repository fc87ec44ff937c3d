import type { BatchRecord } from "@commonwatt/vpp-core";
import { type BatchFault, verifyBatch } from "./batch/verify-batch.ts";
import { readManifest } from "./chain/deployment.ts";
import { DEV_CHAIN_ID, startDevChain } from "./chain/dev-chain.ts";
import { escrowReader } from "./chain/escrow-reader.ts";
import { connectRpc } from "./chain/rpc.ts";
import { fileOf } from "./rail/stored-batch.ts";

/** What a stored batch looks like from outside. */
export interface BatchInspection {
  readonly number: number;
  /** Whether the escrow holds this very header. */
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
  const deployment = await readManifest(directory);
  if (deployment === null) return { onChain: 0, batches: records.map(missing) };
  const chain = await startDevChain(directory);
  const rpc = connectRpc(chain.rpcUrl, DEV_CHAIN_ID);
  try {
    const reader = escrowReader(rpc, deployment);
    const { head, finalNumber } = await reader.progress();
    const batches: BatchInspection[] = [];
    for (const [index, record] of records.entries()) {
      const previous = records[index - 1];
      const { hash } = await reader.batch(record.number);
      batches.push({
        number: record.number,
        isOnChain: hash === record.headerHash,
        isFinal: record.number <= finalNumber,
        faults: verifyBatch(previous === undefined ? null : fileOf(previous), fileOf(record)),
      });
    }
    return { onChain: head, batches };
  } finally {
    rpc.destroy();
    await chain.stop();
  }
}

function missing({ number }: BatchRecord): BatchInspection {
  return { number, isOnChain: false, isFinal: false, faults: [] };
}
