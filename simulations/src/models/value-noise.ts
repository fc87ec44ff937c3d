import { seededRandom } from "@commonwatt/vpp-core";

function knotValue(seed: string, knot: number): number {
  return seededRandom(`${seed}/${knot}`).next();
}

/**
 * Smooth noise in [0, 1) that can be asked at any time without a state: a seeded random value at every
 * multiple of `spacingMs`, with smooth passages between them (value noise, K. Perlin's fade curve).
 */
export function valueNoise(seed: string, timeMs: number, spacingMs: number): number {
  return createValueNoise(seed, spacingMs)(timeMs);
}

/** {@link valueNoise} as a function of time, which remembers the two values that it drew last. */
export function createValueNoise(seed: string, spacingMs: number): (timeMs: number) => number {
  let knot = Number.NaN;
  let [before, after] = [0, 0];
  return (timeMs) => {
    const at = Math.floor(timeMs / spacingMs);
    if (at !== knot) {
      before = at === knot + 1 ? after : knotValue(seed, at);
      after = knotValue(seed, at + 1);
      knot = at;
    }
    const share = timeMs / spacingMs - at;
    const fade = share * share * (3 - 2 * share);
    return before + fade * (after - before);
  };
}
