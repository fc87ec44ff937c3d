import { type Clock, type EpochMs, epochMs, sleepUntil } from "@commonwatt/vpp-core";

/** Lets the tries at one host through one after the other, with a pause between them. */
export class Pace {
  readonly #clock: Clock;
  readonly #gapMs: number;
  readonly #signal: AbortSignal;
  #readyAtMs: EpochMs = epochMs(0);

  constructor(wallClock: Clock, gapMs: number, signal: AbortSignal) {
    this.#clock = wallClock;
    this.#gapMs = gapMs;
    this.#signal = signal;
  }

  /**
   * Makes a try when the host has been left alone for long enough: the pause, or `gapMs` where a device needs
   * more. Rejects with the signal's reason when it aborts before.
   */
  async try<Result>(work: () => Promise<Result>, gapMs = 0): Promise<Result> {
    this.#signal.throwIfAborted();
    await sleepUntil(this.#clock, epochMs(this.#readyAtMs + Math.max(0, gapMs - this.#gapMs)), this.#signal);
    try {
      return await work();
    } finally {
      this.#readyAtMs = epochMs(this.#clock.now() + this.#gapMs);
    }
  }
}
