import assert from "node:assert/strict";
import { type Clock, type DurationMs, type EpochMs, epochMs, type Timer } from "./clock.ts";
import { systemClock, wallTimer } from "./system-clock.ts";

/**
 * Where an accelerated clock stands: it shows `anchorMs` when the machine's clock shows `wallAnchorMs`,
 * and runs `speed` times as fast. Plain data, so that several processes can share one time.
 */
export interface AcceleratedTime {
  readonly anchorMs: EpochMs;
  readonly wallAnchorMs: EpochMs;
  /** Seconds of this clock per real second; above zero. */
  readonly speed: number;
}

/** A clock that runs `speed` times as fast as the machine's. */
export function acceleratedClock(time: AcceleratedTime): Clock {
  assert(time.speed > 0 && Number.isFinite(time.speed), `speed must be above zero, got ${time.speed}`);
  const now = (): EpochMs =>
    epochMs(Math.floor(time.anchorMs + (systemClock.now() - time.wallAnchorMs) * time.speed));
  return {
    now,
    after: (delay: DurationMs, callback: () => void): Timer => wallTimer(delay / time.speed, callback),
  };
}
