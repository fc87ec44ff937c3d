import assert from "node:assert/strict";

/** A reproducible source of numbers: the same seed and path give the same sequence on every machine. */
export interface Random {
  /** A number in [0, 1), on a grid of 2^-32. */
  next(): number;
  /** An integer in [min, max]. */
  integer(min: number, max: number): number;
  /** A number in [min, max). */
  between(min: number, max: number): number;
  /** A normally distributed number (Box–Muller). */
  normal(mean: number, deviation: number): number;
  /** An independent source for a named purpose; it does not disturb this one. */
  fork(name: string): Random;
}

/** FNV-1a, 32 bits (Fowler, Noll, Vo): turns a seed path into a state. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

/** Makes a seeded source with the mixing function SplitMix32 (after Steele, Lea and Flood 2014). */
export function seededRandom(seed: number | string): Random {
  const path = String(seed);
  let state = hash32(path);
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    integer(min, max) {
      assert(Number.isInteger(min) && Number.isInteger(max) && min <= max, "integer needs min ≤ max");
      return min + Math.floor(next() * (max - min + 1));
    },
    between: (min, max) => min + next() * (max - min),
    normal(mean, deviation) {
      const radius = Math.sqrt(-2 * Math.log(1 - next()));
      return mean + deviation * radius * Math.cos(2 * Math.PI * next());
    },
    fork: (name) => seededRandom(`${path}/${name}`),
  };
}
