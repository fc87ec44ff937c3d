import assert from "node:assert/strict";

/** Keys that there are at first: longer ids bring more. */
const KEYS_MIN = 64;

/**
 * A hash of ids that somebody who chooses ids cannot steer without the seed: the multilinear family (Lemire and Kaser
 * 2014, Strongly universal string hashing is fast, doi:10.1093/comjnl/bxt070). Every character is multiplied with a
 * key of its own place. Whatever two ids are chosen, at most one seed in 2^17 gives them the same hash, as far as
 * the keys are random; here they are drawn from the seed by the last mix of MurmurHash3 (Appleby 2011).
 */
export class IdHash {
  readonly #seed: number;
  /** The key of the length, then one for every place. */
  #keys: Int32Array;

  /** @param seed - any safe integer; drawn at random and kept secret where those who choose ids are not trusted. */
  constructor(seed: number) {
    assert(Number.isSafeInteger(seed), "seed must be a safe integer");
    this.#seed = seed;
    this.#keys = keysOf(seed, KEYS_MIN);
  }

  /** 32 bits. */
  of(id: string): number {
    const { length } = id;
    if (length >= this.#keys.length) this.#keys = keysOf(this.#seed, 2 * length);
    const keys = this.#keys;
    let sum = Math.imul(keys[0] as number, length);
    for (let i = 0; i < length; ) {
      const code = id.charCodeAt(i++);
      sum = (sum + Math.imul(keys[i] as number, code)) | 0;
    }
    return mixed(sum);
  }
}

/** Keys follow from the seed and their places alone, so that more of them change none. */
function keysOf(seed: number, count: number): Int32Array {
  const high = mixed(Math.floor(seed / 2 ** 32) ^ 0x9e3779b9);
  return Int32Array.from({ length: count }, (_, i) =>
    mixed(mixed((seed | 0) + Math.imul(i, 0x9e3779b9)) ^ high),
  );
}

function mixed(word: number): number {
  const once = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return twice ^ (twice >>> 16);
}

/** A number for an id that is the same everywhere: 32 bits, FNV-1a with a last mix. */
export function numberOfId(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
