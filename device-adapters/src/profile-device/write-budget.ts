import { type Clock, type EpochMs, epochMs } from "@commonwatt/vpp-core";

const DAY_MS = 86_400_000;

/**
 * Counts the writes of registers that wear out, over the last 24 hours. The count lives as long as the
 * program; what was written before is not known.
 */
export class WriteBudget {
  readonly #clock: Clock;
  readonly #perDayMax: number;
  #writtenAtMs: readonly EpochMs[] = [];

  constructor(clock: Clock, perDayMax: number) {
    this.#clock = clock;
    this.#perDayMax = perDayMax;
  }

  /** How many writes are left now. */
  get left(): number {
    const sinceMs = epochMs(this.#clock.now() - DAY_MS);
    this.#writtenAtMs = this.#writtenAtMs.filter((atMs) => atMs > sinceMs);
    return Math.max(0, this.#perDayMax - this.#writtenAtMs.length);
  }

  /** Notes a write. */
  note(): void {
    this.#writtenAtMs = [...this.#writtenAtMs, this.#clock.now()];
  }
}
