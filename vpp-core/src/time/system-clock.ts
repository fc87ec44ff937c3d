import { type Clock, type DurationMs, type EpochMs, epochMs, type Timer } from "./clock.ts";

/** Node's timers overflow at 2^31 ms; longer waits are cut into pieces of this length. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's own clock and timers. */
export const systemClock: Clock = {
  now: (): EpochMs => epochMs(Date.now()),
  after: (delay: DurationMs, callback: () => void): Timer => wallTimer(delay, callback),
};

/** A timer in real milliseconds, of any length. */
export function wallTimer(delayMs: number, callback: () => void): Timer {
  let remainingMs = Math.max(0, delayMs);
  let handle: NodeJS.Timeout;
  const arm = (): void => {
    const stepMs = Math.min(remainingMs, LONGEST_TIMER_MS);
    remainingMs -= stepMs;
    handle = setTimeout(remainingMs > 0 ? arm : callback, stepMs);
  };
  arm();
  return { cancel: () => clearTimeout(handle) };
}

/**
 * Real milliseconds, and parts of one, since this process (or worker thread) started: never jumps, and leaves no garbage
 * behind, so that measuring with it does not disturb what is measured.
 */
export function processUptimeMs(): number {
  return performance.now();
}
