import {
  backOff,
  type Clock,
  type EpochMs,
  epochMs,
  type BackOff as Pauses,
  type Random,
} from "@commonwatt/vpp-core";

/** How long to leave a peer alone after failures in a row. */
export interface BackOffSettings {
  /** The wait after the first failure; doubles with each further one. */
  readonly baseMs: number;
  /** The longest wait. */
  readonly maxMs: number;
}

/**
 * Exponential back-off with jitter: after the n-th failure in a row the peer is left alone for between one
 * half and the whole of `baseMs · 2^(n−1)`.
 */
export class BackOff {
  readonly #clock: Clock;
  readonly #pauses: Pauses;
  #retryAtMs: EpochMs = epochMs(0);

  constructor(settings: BackOffSettings, clock: Clock, random: Random) {
    this.#clock = clock;
    this.#pauses = backOff(settings.baseMs, settings.maxMs, random);
  }

  /** How much longer the peer is to be left alone; 0 when it may be tried. */
  get remainingMs(): number {
    return Math.max(0, this.#retryAtMs - this.#clock.now());
  }

  /** Notes a failure. */
  fail(): void {
    this.#retryAtMs = epochMs(this.#clock.now() + this.#pauses.next());
  }

  /** Notes that the peer answers. */
  succeed(): void {
    this.#pauses.reset();
    this.#retryAtMs = epochMs(0);
  }
}
