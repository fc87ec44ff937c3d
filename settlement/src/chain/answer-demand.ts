import type { Hex } from "@commonwatt/vpp-core";
import type { BatchFile } from "../batch/batch-archive.ts";
import { leavesOf, treesOf } from "../batch/batch-leaves.ts";
import { shownLeaf, treeNamed } from "../batch/shown-leaf.ts";
import { answerBalanceData, answerData, type CommittedBatch } from "./court-calls.ts";
import type { CourtReader } from "./court-reader.ts";
import type { Deployment } from "./manifest.ts";
import type { Outbox } from "./outbox.ts";
import type { ChainSigner } from "./signer.ts";

/** What an answer needs. */
export interface AnswerContext {
  readonly deployment: Deployment;
  readonly court: CourtReader;
  readonly outbox: Outbox;
  readonly signer: ChainSigner;
}

/** Shows the leaf that somebody asked for. `null` when there is no such leaf, or it was shown already. */
export async function answerDemand(
  { deployment, court, outbox, signer }: AnswerContext,
  batch: CommittedBatch,
  file: BatchFile,
  tree: number,
  index: number,
): Promise<Hex | null> {
  const data = dataOf(batch, file, tree, index);
  if (data === null) return null;
  const { transactionHash } = await outbox.submit({
    key: `show:${batch.header.number}:${batch.committedAt}:${tree}:${index}`,
    ...{ sender: signer, to: deployment.court, data },
    done: async () => {
      const open = await court.openDemands(batch);
      return !open.some((one) => one.tree === tree && one.index === index);
    },
  });
  return transactionHash;
}

function dataOf(batch: CommittedBatch, file: BatchFile, tree: number, index: number): Hex | null {
  const name = treeNamed(tree);
  if (name === null) return null;
  if (name === "balances") {
    if (index >= batch.header.accountCount) return null;
    const trees = treesOf(file.archive.seed, leavesOf(file.archive));
    return answerBalanceData(batch, trees.balances.proof(index));
  }
  const shown = shownLeaf(file, name, index);
  return shown === null ? null : answerData(batch, tree, index, shown);
}
