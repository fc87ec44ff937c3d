import {
  type BatchRecord,
  type BatchStore,
  durationMs,
  type Hex,
  messageOf,
  sleep,
} from "@commonwatt/vpp-core";
import { shownLeaf, treeNamed } from "../batch/shown-leaf.ts";
import { answerBalanceData, answerData, type CommittedBatch } from "../chain/court-calls.ts";
import type { LeafDemand } from "../chain/court-reader.ts";
import { committedBatch } from "./committed-batch.ts";
import type { EscrowLink } from "./escrow-link.ts";
import { fileOf, treeOf } from "./stored-batch.ts";

/** Looks per response time: an answer that comes too late costs the bond. */
const LOOKS_PER_RESPONSE = 6;
const LONGEST_PAUSE_MS = 30_000;

/** What is needed to show leaves. */
export interface ShowContext {
  readonly link: EscrowLink;
  readonly batches: BatchStore;
}

/** Shows what anybody asks to be shown of a pending batch, until the link's signal aborts. Never rejects. */
export async function showLeaves(context: ShowContext): Promise<void> {
  const { wallClock, logger, signal, deployment } = context.link;
  const responseMs = 1_000 * deployment.terms.responseSeconds;
  const pauseMs = durationMs(Math.min(LONGEST_PAUSE_MS, responseMs / LOOKS_PER_RESPONSE));
  while (!signal.aborted) {
    try {
      await answerOpen(context);
      await sleep(wallClock, pauseMs, signal);
    } catch (error) {
      if (signal.aborted) return;
      logger.error({ message: messageOf(error) }, "a question about a batch is not answered yet");
      await sleep(wallClock, pauseMs, signal).catch(() => undefined);
    }
  }
}

/** Answers every open question about a pending batch that the store knows. */
export async function answerOpen({ link, batches }: ShowContext): Promise<void> {
  const { court, patience } = link;
  const { head, finalNumber } = await patience.until(() => court.progress());
  for (let number = finalNumber + 1; number <= head; number++) {
    const record = await batches.byNumber(number);
    const batch = record === null ? null : await committedBatch(link, record);
    if (record === null || batch === null) continue;
    for (const demand of await patience.until(() => court.openDemands(batch))) {
      await answer(link, record, batch, demand);
    }
  }
}

async function answer(
  { court, outbox, operator, deployment, logger }: EscrowLink,
  record: BatchRecord,
  batch: CommittedBatch,
  { number, tree, index, deadlineSeconds }: LeafDemand,
): Promise<void> {
  const data = dataOf(record, batch, tree, index);
  if (data === null) {
    logger.error({ number, tree, index }, "somebody asks for a leaf that is none");
    return;
  }
  await outbox.submit({
    key: `show:${number}:${tree}:${index}:${deadlineSeconds}`,
    sender: operator,
    to: deployment.court,
    data,
    done: async () => {
      const open = await court.openDemands(batch);
      return !open.some((one) => one.tree === tree && one.index === index);
    },
  });
  logger.info({ number, tree, index }, "showed a leaf that somebody asked for");
}

function dataOf(record: BatchRecord, batch: CommittedBatch, tree: number, index: number): Hex | null {
  const name = treeNamed(tree);
  if (name === null) return null;
  if (name === "balances") {
    return index < batch.header.accountCount ? answerBalanceData(batch, treeOf(record).proof(index)) : null;
  }
  const shown = shownLeaf(fileOf(record), name, index);
  return shown === null ? null : answerData(batch, tree, index, shown);
}
