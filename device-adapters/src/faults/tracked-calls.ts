import { type EpochMs, systemClock } from "@commonwatt/vpp-core";

/** Counts every promise that a client hands out until it settles. */
export class TrackedCalls {
  readonly #open = new Map<symbol, { readonly what: string; readonly sinceMs: EpochMs }>();
  #made = 0;
  #longestMs = 0;

  /** How many calls have been made. */
  get made(): number {
    return this.#made;
  }

  /** How long the longest settled call took. */
  get longestMs(): number {
    return this.#longestMs;
  }

  /** The calls that have not settled. */
  get unsettled(): readonly string[] {
    return [...this.#open.values()].map(({ what }) => what);
  }

  /** Follows a promise until it settles, and gives it back. */
  track<Result>(what: string, promise: Promise<Result>): Promise<Result> {
    const key = Symbol(what);
    const sinceMs = systemClock.now();
    this.#made += 1;
    this.#open.set(key, { what, sinceMs });
    const settled = (): void => {
      this.#open.delete(key);
      this.#longestMs = Math.max(this.#longestMs, systemClock.now() - sinceMs);
    };
    promise.then(settled, settled);
    return promise;
  }
}
