import { type BatchStore, durationMs, messageOf, sleep } from "@commonwatt/vpp-core";
import { answerDemand } from "../chain/answer-demand.ts";
import { committedBatch } from "./committed-batch.ts";
import type { EscrowLink } from "./escrow-link.ts";
import { fileOf } from "./stored-batch.ts";

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
async function answerOpen({ link, batches }: ShowContext): Promise<void> {
  const { court, patience } = link;
  const { head, finalNumber } = await patience.until(() => court.progress());
  for (let number = finalNumber + 1; number <= head; number++) {
    const record = await batches.byNumber(number);
    const batch = record === null ? null : await committedBatch(link, record);
    if (record === null || batch === null) continue;
    for (const demand of await patience.until(() => court.openDemands(batch))) {
      const { tree, index } = demand;
      const context = { ...link, signer: link.operator };
      const transactionHash = await answerDemand(context, batch, fileOf(record), tree, index);
      link.logger.info({ number, tree, index, transactionHash }, "showed a leaf that somebody asked for");
    }
  }
}
