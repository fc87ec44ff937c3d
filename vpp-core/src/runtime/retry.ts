import { isCommonwattError, messageOf } from "../errors/commonwatt-error.ts";
import type { Logger } from "../ports/logger.ts";
import { backOff } from "../time/back-off.ts";
import { type Clock, sleep } from "../time/clock.ts";
import { seededRandom } from "../time/random.ts";

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 15_000;

/** What a retried piece of work is told. */
export interface RetryContext {
  /** Names the work in the log. */
  readonly what: string;
  readonly wallClock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * Does work until it succeeds, with growing pauses, as long as its error says that trying again may help.
 * @throws whatever the work threw last, when that is not retryable or the signal aborts.
 */
export async function retrying<Result>(context: RetryContext, work: () => Promise<Result>): Promise<Result> {
  const pauses = backOff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS, seededRandom(context.what));
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isCommonwattError(error) || !error.retryable || context.signal.aborted) throw error;
      context.logger.warn({ code: error.code }, `${context.what}: ${messageOf(error)}; trying again`);
      await sleep(context.wallClock, pauses.next(), context.signal).catch(() => {
        throw error;
      });
    }
  }
}
