/** Words of memory that a barrier takes. */
export const barrierWords = 3;

const ARRIVED = 0;
const GENERATION = 1;
const BROKEN = 2;
/** So often it looks whether all are there before it sleeps: some fifty microseconds, as long as it takes to wake. */
const SPINS = 10_000;
/** A sleeper looks again by itself, in case the one who woke it did so before it slept. */
const SLEEP_MS = 100;

/** Waiting has no end any more: another thread has failed. */
export class BrokenBarrierError extends Error {}

/** Makes threads wait for each other: nobody goes on before everybody has arrived. */
export class Barrier {
  readonly #words: Int32Array;
  readonly #parties: number;

  constructor(words: Int32Array, parties: number) {
    this.#words = words;
    this.#parties = parties;
  }

  /** Waits for all others. Throws when one of them has broken it. */
  arrive(): void {
    if (this.#parties === 1) return;
    const words = this.#words;
    const generation = Atomics.load(words, GENERATION);
    if (Atomics.add(words, ARRIVED, 1) === this.#parties - 1) {
      Atomics.store(words, ARRIVED, 0);
      Atomics.store(words, GENERATION, (generation + 1) | 0);
      Atomics.notify(words, GENERATION);
    } else {
      for (let spin = 0; Atomics.load(words, GENERATION) === generation; spin++) {
        if (spin < SPINS) continue;
        if (Atomics.load(words, BROKEN) !== 0) break;
        Atomics.wait(words, GENERATION, generation, SLEEP_MS);
      }
    }
    if (Atomics.load(words, BROKEN) !== 0)
      throw new BrokenBarrierError("another thread of the simulation has failed");
  }

  /** Lets all who wait, and all who come, fail. */
  break(): void {
    Atomics.store(this.#words, BROKEN, 1);
    Atomics.notify(this.#words, GENERATION);
  }
}
