import assert from "node:assert/strict";
import { type Clock, type DurationMs, type EpochMs, epochMs, type Timer } from "./clock.ts";

interface PendingTimer {
  readonly dueMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is told to move: for tests and for simulations without a wire. */
export interface SimulatedClock extends Clock {
  /** Moves to `time`, firing every due timer on the way, each while the clock shows its due time. */
  advanceTo(time: EpochMs): void;
}

/** Makes a simulated clock that shows `start`. Timers due at the same time fire in the order they were set. */
export function simulatedClock(start: EpochMs): SimulatedClock {
  let nowMs: number = start;
  let order = 0;
  const pending = new Set<PendingTimer>();
  const nextDue = (untilMs: number): PendingTimer | undefined =>
    [...pending]
      .filter((timer) => timer.dueMs <= untilMs)
      .sort((a, b) => a.dueMs - b.dueMs || a.order - b.order)[0];
  return {
    now: () => epochMs(nowMs),
    after(delay: DurationMs, callback: () => void): Timer {
      const timer = { dueMs: nowMs + Math.max(0, delay), order: order++, callback };
      pending.add(timer);
      return { cancel: () => pending.delete(timer) };
    },
    advanceTo(time: EpochMs): void {
      assert(time >= nowMs, "a simulated clock never goes back");
      for (let due = nextDue(time); due !== undefined; due = nextDue(time)) {
        pending.delete(due);
        nowMs = due.dueMs;
        due.callback();
      }
      nowMs = time;
    },
  };
}
