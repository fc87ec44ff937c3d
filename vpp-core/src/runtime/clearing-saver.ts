import { messageOf } from "../errors/commonwatt-error.ts";
import type { Logger } from "../ports/logger.ts";
import type { TradeStore } from "../ports/store.ts";
import type { Clearing } from "../ports/trading-venue.ts";
import type { Clock } from "../time/clock.ts";
import { retrying } from "./retry.ts";

/** What a clearing saver works with. */
export interface ClearingSaverContext {
  readonly trades: TradeStore;
  readonly wallClock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * Brings clearings to the store in their order, beside the market: the journal has them already, so trading
 * goes on while the store is away. What is not saved when the run ends is saved at the next start.
 */
export interface ClearingSaver {
  /** Saves a clearing as soon as the store takes it, then calls `onSaved`. */
  save(clearing: Clearing, onSaved: () => void): void;
  /** Settles when everything taken so far is saved. */
  idle(): Promise<void>;
  /** Never resolves; rejects when the store refuses a clearing for good. */
  readonly failed: Promise<never>;
}

/** Makes the saver of one run. */
export function clearingSaver(context: ClearingSaverContext): ClearingSaver {
  const { promise: failed, reject } = Promise.withResolvers<never>();
  failed.catch((error: unknown) => {
    context.logger.debug({ error: messageOf(error) }, "clearings are no longer saved");
  });
  let tail: Promise<void> = Promise.resolve();
  return {
    save(clearing, onSaved) {
      const work = (): Promise<void> => context.trades.saveClearing(clearing);
      tail = tail
        .then(() =>
          retrying({ ...context, what: `save the clearing of interval ${clearing.intervalIndex}` }, work),
        )
        .then(onSaved);
      tail.catch(reject);
    },
    idle: () => tail,
    failed,
  };
}
