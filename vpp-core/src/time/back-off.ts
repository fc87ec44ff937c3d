import { type DurationMs, durationMs } from "./clock.ts";
import type { Random } from "./random.ts";

/** Growing pauses between tries of something that may come back. */
export interface BackOff {
  /** The next pause: about twice the last, with ± 20 % so that many do not come back at once. */
  next(): DurationMs;
  /** Starts again from the shortest pause. */
  reset(): void;
}

/** Pauses from `firstMs` up to `longestMs`, jittered by `random`. */
export function backOff(firstMs: number, longestMs: number, random: Random): BackOff {
  let pauseMs = firstMs;
  return {
    next() {
      const jittered = Math.round(pauseMs * random.between(0.8, 1.2));
      pauseMs = Math.min(longestMs, pauseMs * 2);
      return durationMs(jittered);
    },
    reset() {
      pauseMs = firstMs;
    },
  };
}
