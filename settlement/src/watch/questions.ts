import { type Hex, isCommonwattError } from "@commonwatt/vpp-core";
import type { BatchFile } from "../batch/batch-archive.ts";
import { treeNamed } from "../batch/shown-leaf.ts";
import { answerDemand } from "../chain/answer-demand.ts";
import type { CommittedBatch } from "../chain/court-calls.ts";
import { type ChallengeContext, claim } from "./challenge.ts";
import type { WatchEvent } from "./watch-event.ts";

/** What is needed to deal with what was asked of the operator. */
export interface QuestionContext {
  readonly challenger: ChallengeContext;
  /** Whether to answer for the operator. */
  readonly answers: boolean;
  readonly now: () => number;
  readonly emit: (event: WatchEvent) => void;
}

/**
 * Answers what is asked of the operator when it runs on its side, and claims what nobody answered in time. Says
 * whether the batch is taken back for that.
 */
export async function dealWithQuestions(
  { challenger, answers, now, emit }: QuestionContext,
  batch: CommittedBatch,
  load: () => Promise<BatchFile | null>,
): Promise<boolean> {
  const { court } = challenger;
  const { number } = batch.header;
  for (const { tree, index, deadlineSeconds } of await court.openDemands(batch)) {
    const name = treeNamed(tree) ?? String(tree);
    const base = { number, tree: name, index };
    const leaf = `leaf ${index} of the ${name} of batch ${number}`;
    if (answers && now() < 1_000 * deadlineSeconds) {
      const file = await load();
      if (file === null) continue;
      const transactionHash = await answerDemand(challenger, batch, file, tree, index);
      emit({ event: "answered", ...base, transactionHash, words: `showed ${leaf} for the operator` });
    } else if (now() > 1_000 * deadlineSeconds) {
      const transactionHash = await claimed(challenger, batch, tree, index);
      if (transactionHash === undefined) continue;
      const words = `nobody showed ${leaf} in time: the batch is taken back and the operator's bond is slashed`;
      const rewardMicro = String(await court.rewardOf(challenger.signer.account));
      emit({ event: "claimed", ...base, transactionHash, rewardMicro, words });
      return true;
    }
  }
  return false;
}

/** `undefined` while the chain's clock is a little behind ours: the next round tries again. */
async function claimed(
  challenger: ChallengeContext,
  batch: CommittedBatch,
  tree: number,
  index: number,
): Promise<Hex | null | undefined> {
  return claim(challenger, batch, tree, index).catch((error: unknown) => {
    if (isCommonwattError(error, "CHAIN_CALL_REVERTED")) return undefined;
    throw error;
  });
}
