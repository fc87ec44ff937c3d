import { type DurationMs, durationMs } from "./clock.ts";
import type { Random } from "./random.ts";

/** Growing pauses between tries of something that may come back. */
export interface BackOff {
  /** The next pause: from the upper half of a step that doubles, so that many do not come back at once. */
  next(): DurationMs;
  /** Starts again from the shortest pause. */
  reset(): void;
}

/** Pauses in steps from `firstMs` up to `longestMs`, drawn by `random`; none is longer than its step. */
export function backOff(firstMs: number, longestMs: number, random: Random): BackOff {
  let stepMs = firstMs;
  return {
    next() {
      const pauseMs = Math.round(random.between(stepMs / 2, stepMs));
      stepMs = Math.min(longestMs, stepMs * 2);
      return durationMs(pauseMs);
    },
    reset() {
      stepMs = firstMs;
    },
  };
}
