import {
  backOff,
  type Clock,
  type CommonwattError,
  isCommonwattError,
  type Logger,
  messageOf,
  type SettlementEvent,
  seededRandom,
  sleep,
} from "@commonwatt/vpp-core";
import { isUnreachable } from "./chain-error.ts";

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** Repeats work on the chain for as long as the chain is away. */
export interface Patience {
  /**
   * Does `work`, again and again while nobody answers, a fee cap holds it back or the signer is away.
   * Rejects with what else goes wrong, or when aborted.
   */
  readonly until: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

/** Codes of what waiting can mend, though the chain answers. */
const HELD_BACK = ["CHAIN_FEE_CAP", "SIGNER_UNREACHABLE"];

function isHeldBack(error: unknown): error is CommonwattError {
  return isCommonwattError(error) && HELD_BACK.includes(error.code);
}

/** What patience needs. */
export interface PatienceContext {
  readonly wallClock: Clock;
  readonly logger: Logger;
  readonly emit: (event: SettlementEvent) => void;
  /** Ends all waiting. */
  readonly signal: AbortSignal;
}

/**
 * Makes the one place that waits for a chain that is away: pauses grow up to five seconds. Tells `unreachable`
 * once, and `reachable` when an answer comes again.
 */
export function patience({ wallClock, logger, emit, signal }: PatienceContext): Patience {
  const random = seededRandom("chain patience");
  let away = false;
  const lost = (error: unknown): void => {
    if (away) return;
    away = true;
    const message = messageOf(error);
    logger.warn({ message }, "the chain does not answer; trying again");
    emit({ kind: "unreachable", message });
  };
  const found = (): void => {
    if (!away) return;
    away = false;
    logger.info({}, "the chain answers again");
    emit({ kind: "reachable" });
  };
  return {
    async until(work) {
      const pauses = backOff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS, random);
      for (let told = false; ; ) {
        signal.throwIfAborted();
        try {
          const result = await work();
          found();
          return result;
        } catch (error) {
          if (isUnreachable(error)) lost(error);
          else if (!isHeldBack(error)) throw error;
          else if (!told) {
            told = true;
            logger.warn({ code: error.code }, error.message);
            emit({ kind: "held-back", code: error.code, message: error.message });
          }
          await sleep(wallClock, pauses.next(), signal);
        }
      }
    },
  };
}
