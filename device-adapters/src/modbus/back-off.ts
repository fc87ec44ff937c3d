import { type Clock, type EpochMs, epochMs, type Random } from "@commonwatt/vpp-core";

/** How long to leave a peer alone after failures in a row. */
export interface BackOffSettings {
  /** The wait after the first failure; doubles with each further one. */
  readonly baseMs: number;
  /** The longest wait. */
  readonly maxMs: number;
}

/**
 * Exponential back-off with jitter: after the n-th failure in a row the peer is left alone for between one
 * half and the whole of `baseMs · 2^(n−1)`, so that many clients of one peer do not come back together.
 */
export class BackOff {
  readonly #settings: BackOffSettings;
  readonly #clock: Clock;
  readonly #random: Random;
  #failures = 0;
  #retryAtMs: EpochMs = epochMs(0);

  constructor(settings: BackOffSettings, clock: Clock, random: Random) {
    this.#settings = settings;
    this.#clock = clock;
    this.#random = random;
  }

  /** How much longer the peer is to be left alone; 0 when it may be tried. */
  get remainingMs(): number {
    return Math.max(0, this.#retryAtMs - this.#clock.now());
  }

  /** Notes a failure. */
  fail(): void {
    this.#failures += 1;
    const stepMs = Math.min(this.#settings.maxMs, this.#settings.baseMs * 2 ** (this.#failures - 1));
    this.#retryAtMs = epochMs(this.#clock.now() + this.#random.between(stepMs / 2, stepMs));
  }

  /** Notes that the peer answers. */
  succeed(): void {
    this.#failures = 0;
    this.#retryAtMs = epochMs(0);
  }
}
