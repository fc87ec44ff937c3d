/** Words of memory that the progress of a run's threads takes. */
export const progressWords = 3;

/** What is counted. */
export type Milestone = "arrived" | "cleared";

const PLACES: Readonly<Record<Milestone, number>> = { arrived: 0, cleared: 1 };
const BROKEN = 2;
/** So often a thread looks before it sleeps: about a millisecond, as long as a busy machine may take to wake it. */
const SPINS = 100_000;
/** A sleeper looks again by itself, in case the one who woke it did so before it slept. */
const SLEEP_MS = 100;

/** Waiting has no end any more: another thread has failed. */
export class BrokenProgressError extends Error {}

/** How far the threads of a run are, so that they can wait for each other. Counts never fall. */
export class Progress {
  readonly #words: Int32Array;

  constructor(words: Int32Array) {
    this.#words = words;
  }

  /** Counts one more, and wakes whoever waits for it; how many there were before. */
  add(milestone: Milestone): number {
    const place = PLACES[milestone];
    const before = Atomics.add(this.#words, place, 1);
    Atomics.notify(this.#words, place);
    return before;
  }

  /** Waits until so many are counted. Throws when another thread has failed. */
  reach(milestone: Milestone, count: number): void {
    const words = this.#words;
    const place = PLACES[milestone];
    let counted = Atomics.load(words, place);
    for (let spin = 0; counted < count; spin++) {
      if (spin >= SPINS) {
        if (Atomics.load(words, BROKEN) !== 0) break;
        Atomics.wait(words, place, counted, SLEEP_MS);
      }
      counted = Atomics.load(words, place);
    }
    if (Atomics.load(words, BROKEN) !== 0)
      throw new BrokenProgressError("another thread of the simulation has failed");
  }

  /** Lets all who wait, and all who come, fail. */
  break(): void {
    Atomics.store(this.#words, BROKEN, 1);
    for (const place of Object.values(PLACES)) Atomics.notify(this.#words, place);
  }
}
