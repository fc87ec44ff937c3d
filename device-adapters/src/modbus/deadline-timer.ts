import { type Clock, durationMs, type EpochMs, type Timer } from "@commonwatt/vpp-core";

/**
 * A deadline that is moved with every request and seldom comes. Its timer is left alone while it is due
 * earlier, and set for the rest when it fires: setting one and taking it back for each request costs more than
 * all else that is done for it here.
 */
export class DeadlineTimer {
  readonly #clock: Clock;
  readonly #onDeadline: () => void;
  #deadlineMs: EpochMs | null = null;
  #timer: Timer | null = null;
  #dueMs = 0;

  constructor(clock: Clock, onDeadline: () => void) {
    this.#clock = clock;
    this.#onDeadline = onDeadline;
  }

  /** Moves the deadline. */
  set(deadlineMs: EpochMs): void {
    this.#deadlineMs = deadlineMs;
    if (this.#timer !== null && this.#dueMs <= deadlineMs) return;
    this.#timer?.cancel();
    this.#arm(deadlineMs);
  }

  /** Moves the deadline unless it comes earlier already. */
  bringForward(deadlineMs: EpochMs): void {
    if (this.#deadlineMs === null || deadlineMs < this.#deadlineMs) this.set(deadlineMs);
  }

  /** There is no deadline now. */
  clear(): void {
    this.#deadlineMs = null;
  }

  /** Takes the timer back. */
  close(): void {
    this.clear();
    this.#timer?.cancel();
    this.#timer = null;
  }

  #arm(deadlineMs: EpochMs): void {
    this.#dueMs = deadlineMs;
    const waitMs = Math.max(0, deadlineMs - this.#clock.now());
    this.#timer = this.#clock.after(durationMs(waitMs), () => {
      this.#timer = null;
      const deadlineNowMs = this.#deadlineMs;
      if (deadlineNowMs === null) return;
      if (deadlineNowMs > this.#clock.now()) this.#arm(deadlineNowMs);
      else {
        this.#deadlineMs = null;
        this.#onDeadline();
      }
    });
  }
}
