import type { Clock, DurationMs } from "@commonwatt/vpp-core";

/** Lets one loop wait until another part has something for it. A ring while nobody waits is kept. */
export class Doorbell {
  #rung = false;
  readonly #waiting = new Set<() => void>();

  /** Wakes everybody who waits. */
  ring(): void {
    this.#rung = true;
    for (const wake of this.#waiting) wake();
  }

  /** Waits for a ring, at most `longest`. Rejects with the signal's reason when it aborts. */
  wait(clock: Clock, longest: DurationMs, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const leave = (settle: () => void): void => {
        timer.cancel();
        this.#waiting.delete(wake);
        signal.removeEventListener("abort", abort);
        this.#rung = false;
        settle();
      };
      const wake = (): void => leave(resolve);
      const abort = (): void => leave(() => reject(signal.reason));
      const timer = clock.after(longest, wake);
      this.#waiting.add(wake);
      signal.addEventListener("abort", abort, { once: true });
      if (this.#rung) wake();
    });
  }
}
