import type { Branded } from "../units/brand.ts";

/** A point in time: milliseconds since 1970-01-01T00:00:00Z. Comes from a {@link Clock} only. */
export type EpochMs = Branded<number, "epoch ms">;

/** A length of time in milliseconds. */
export type DurationMs = Branded<number, "ms">;

/** Takes a number of milliseconds since the epoch. */
export function epochMs(value: number): EpochMs {
  return value as EpochMs;
}

/** Takes a length in milliseconds. */
export function durationMs(value: number): DurationMs {
  return value as DurationMs;
}

/** A timer that a {@link Clock} has set. */
export interface Timer {
  /** Takes the timer back; harmless when it has already fired. */
  cancel(): void;
}

/** The one door to time. Real, accelerated and simulated clocks stand behind it. */
export interface Clock {
  /** The time now. */
  now(): EpochMs;
  /** Calls `callback` once, when `delay` has passed on this clock. */
  after(delay: DurationMs, callback: () => void): Timer;
}

/** Waits on a clock. Rejects with the signal's reason when it aborts, and leaves no timer behind. */
export function sleep(clock: Clock, delay: DurationMs, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.after(delay, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** Waits until a clock shows `time`; at once when it already does. */
export function sleepUntil(clock: Clock, time: EpochMs, signal?: AbortSignal): Promise<void> {
  return sleep(clock, durationMs(Math.max(0, time - clock.now())), signal);
}
