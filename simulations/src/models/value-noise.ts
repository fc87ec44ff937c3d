import { seededRandom } from "@commonwatt/vpp-core";

function knotValue(seed: string, knot: number): number {
  return seededRandom(`${seed}/${knot}`).next();
}

/**
 * Smooth noise in [0, 1) that can be asked at any time without a state: a seeded random value at every
 * multiple of `spacingMs`, with smooth passages between them (value noise, K. Perlin's fade curve).
 */
export function valueNoise(seed: string, timeMs: number, spacingMs: number): number {
  const knot = Math.floor(timeMs / spacingMs);
  const share = timeMs / spacingMs - knot;
  const fade = share * share * (3 - 2 * share);
  const before = knotValue(seed, knot);
  return before + fade * (knotValue(seed, knot + 1) - before);
}
