import { type BatchRecord, durationMs, isCommonwattError, messageOf } from "@commonwatt/vpp-core";
import { commitBatch, finalizeBatch, payBatches, type StepContext } from "./batch-steps.ts";
import { Doorbell } from "./doorbell.ts";

/** Pause after a step that failed for another reason than a chain that is away. */
const RETRY_PAUSE_MS = 2_000;
/** How often to look at the chain when there is nothing to do: it may have gone back. */
const IDLE_LOOK_MS = 30_000;

/** What the pump needs. */
export interface PumpContext extends StepContext {
  /** Puts contracts and accounts back that a chain has lost. */
  readonly repair: () => Promise<void>;
  /** Called after a batch was paid. */
  readonly onPaid: () => void;
}

/** Moves stored batches over the chain: committed, final, paid, in order. */
export interface BatchPump {
  /** Says that there is something to do. */
  wake(): void;
  /** Waits until every stored batch is paid. */
  drained(signal: AbortSignal): Promise<void>;
  /** Settles when the pump has come to rest after its link's signal aborted. */
  readonly ended: Promise<void>;
}

/**
 * Starts the pump. It decides each step from what the chain and the store say now, never from memory, so
 * a restart, a repetition or a chain that went back all end in the same place.
 */
export function startPump(context: PumpContext): BatchPump {
  const { wallClock, logger, signal } = context.link;
  const work = new Doorbell();
  const progress = new Doorbell();
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        const pauseMs = await nextStep(context);
        progress.ring();
        if (pauseMs > 0) await work.wait(wallClock, durationMs(pauseMs), signal);
      } catch (error) {
        if (signal.aborted) return;
        logger.error({ message: messageOf(error) }, "a batch is stuck; trying again");
        await work.wait(wallClock, durationMs(RETRY_PAUSE_MS), signal).catch(() => undefined);
        await context.repair().catch((failure: unknown) => {
          logger.warn({ message: messageOf(failure) }, "the escrow could not be put right yet");
        });
      }
    }
  };
  return {
    wake: () => work.ring(),
    async drained(until) {
      const either = AbortSignal.any([until, signal]);
      while ((await context.batches.unfinished()).length > 0) {
        await progress.wait(wallClock, durationMs(RETRY_PAUSE_MS), either);
      }
    },
    ended: run(),
  };
}

/** Does one thing and answers how long nothing has to be done, in ms. */
async function nextStep(context: PumpContext): Promise<number> {
  const { link, batches } = context;
  const [last, unfinished] = [await batches.last(), await batches.unfinished()];
  if (last === null) return IDLE_LOOK_MS;
  const { head, finalNumber } = await link.patience.until(() => link.court.progress());
  const stored = unfinished.find(({ status }) => status === "stored")?.number ?? last.number + 1;
  const toCommit = Math.min(stored, head + 1);
  const record = toCommit <= last.number ? await batches.byNumber(toCommit) : null;
  if (record !== null && (await commitUnlessLocked(context, record))) return 0;
  const longestMs = record === null ? IDLE_LOOK_MS : RETRY_PAUSE_MS;
  const committed = unfinished.find(({ status }) => status === "committed")?.number ?? last.number + 1;
  const toFinalize = await batches.byNumber(Math.min(committed, finalNumber + 1));
  const isPending = toFinalize !== null && toFinalize.number <= head;
  const windowMs = isPending ? await finalizeBatch(context, toFinalize) : longestMs;
  if (windowMs === null) return 0;
  const leftMs = Math.min(windowMs, longestMs);
  const due = unfinished.filter(({ status, number }) => status === "final" && number <= finalNumber);
  const latest = due.length === 0 ? null : await batches.byNumber(finalNumber);
  if (latest === null) return leftMs;
  const payMs = await payBatches(context, latest, due);
  if (payMs !== null) return Math.min(leftMs, payMs);
  context.onPaid();
  return 0;
}

/** Commits a batch; `false` while a payout or the chain's finality has to come first, which must not hold up earlier batches. */
async function commitUnlessLocked(context: PumpContext, record: BatchRecord): Promise<boolean> {
  try {
    await commitBatch(context, record);
    return true;
  } catch (error) {
    const waits =
      isCommonwattError(error, "ESCROW_ACCOUNT_LOCKED") || isCommonwattError(error, "ESCROW_NOT_FINAL");
    if (!waits) throw error;
    context.link.logger.info({ batchNumber: record.number }, error.message);
    return false;
  }
}
