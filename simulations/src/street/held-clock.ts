import {
  type AcceleratedTime,
  acceleratedClock,
  type Clock,
  durationMs,
  type EpochMs,
  epochMs,
  type Timer,
} from "@commonwatt/vpp-core";

/** A clock that shows its start until it is let go, and runs accelerated from then on. */
export interface HeldClock extends Clock {
  /** Lets the clock run; again, to change its pace. It never goes back: it waits for a time that lies behind. */
  go(time: AcceleratedTime): void;
}

interface HeldTimer {
  readonly dueMs: number;
  readonly callback: () => void;
  running: Timer | null;
}

/** Makes a clock that stands still at `start`. Timers set meanwhile begin to count when it is let go. */
export function heldClock(start: EpochMs): HeldClock {
  const timers = new Set<HeldTimer>();
  let source: Clock | null = null;
  let latestMs: number = start;
  const now = (): EpochMs => {
    latestMs = Math.max(latestMs, source?.now() ?? latestMs);
    return epochMs(latestMs);
  };
  const arm = (timer: HeldTimer): void => {
    if (source === null) return;
    // From the source's own time, which may still be on its way to where this clock stands.
    timer.running = source.after(durationMs(Math.max(0, timer.dueMs - source.now())), () => {
      timers.delete(timer);
      timer.callback();
    });
  };
  return {
    now,
    after(delay, callback) {
      const timer: HeldTimer = { dueMs: now() + Math.max(0, delay), callback, running: null };
      timers.add(timer);
      arm(timer);
      return {
        cancel: () => {
          timers.delete(timer);
          timer.running?.cancel();
        },
      };
    },
    go(time) {
      now();
      source = acceleratedClock(time);
      for (const timer of timers) {
        timer.running?.cancel();
        arm(timer);
      }
    },
  };
}
