/** Words that share nothing with each other lie so far apart, or one thread's writing would hold up others' reading. */
const WORDS_APART = 32;

/** Words of memory that the progress of a run's threads takes. */
export const progressWords: number = 4 * WORDS_APART;

/** What is counted. */
export type Milestone = "arrived" | "cleared";

const PLACES: Readonly<Record<Milestone, number>> = { arrived: 0, cleared: WORDS_APART };
const TAKEN = 2 * WORDS_APART;
const BROKEN = 3 * WORDS_APART;
/**
 * So often a thread looks before it sleeps: for a tenth of a millisecond, some times what it takes to be woken. Not for
 * longer, as whom it waits for may have been put on the same core.
 */
const SPINS = 4_000;
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

  /**
   * Waits until so many are counted. Meanwhile it does something else, again and again, until that finds nothing to do.
   * Throws when another thread has failed.
   */
  reach(milestone: Milestone, count: number, doMeanwhile: () => boolean): void {
    const words = this.#words;
    const place = PLACES[milestone];
    let counted = Atomics.load(words, place);
    for (let spin = 0; counted < count; spin++) {
      if (doMeanwhile()) spin = 0;
      else if (spin >= SPINS) {
        if (Atomics.load(words, BROKEN) !== 0) break;
        Atomics.wait(words, place, counted, SLEEP_MS);
      }
      counted = Atomics.load(words, place);
    }
    if (Atomics.load(words, BROKEN) !== 0)
      throw new BrokenProgressError("another thread of the simulation has failed");
  }

  /** Takes a piece of work, of those numbered 0 to `last`, in order and each for one thread alone; −1: none is left. */
  take(last: number): number {
    for (;;) {
      const next = Atomics.load(this.#words, TAKEN);
      if (next > last) return -1;
      if (Atomics.compareExchange(this.#words, TAKEN, next, next + 1) === next) return next;
    }
  }

  /** Lets all who wait, and all who come, fail. */
  break(): void {
    Atomics.store(this.#words, BROKEN, 1);
    for (const place of Object.values(PLACES)) Atomics.notify(this.#words, place);
  }
}
