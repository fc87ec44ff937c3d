import { type Random, seededRandom } from "@commonwatt/vpp-core";
import type { Drawn } from "./scenario-file.ts";

/** Draws a number for a home. A plain number is that number. */
export function draw(drawn: Drawn | undefined, usual: number, random: Random): number {
  if (drawn === undefined) return usual;
  if (typeof drawn === "number") return drawn;
  if ("uniform" in drawn) return random.between(drawn.uniform.min, drawn.uniform.max);
  if ("choice" in drawn) return drawn.choice[random.integer(0, drawn.choice.length - 1)] ?? usual;
  const { mean, deviation, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = drawn.normal;
  return Math.max(min, Math.min(max, random.normal(mean, deviation)));
}

/**
 * Divides names among labels by shares, as exactly as whole names allow (largest remainder; of equal ones the
 * first label). Who gets which follows from the seed and the name alone, not from the order of the names.
 */
export function divide<Label extends string>(
  names: readonly string[],
  shares: readonly (readonly [Label, number])[],
  seed: string,
): ReadonlyMap<string, Label> {
  const total = shares.reduce((sum, [, share]) => sum + share, 0);
  const quotas = shares.map(([label, share]) => {
    const exact = (names.length * share) / total;
    return { label, count: Math.floor(exact), rest: exact - Math.floor(exact) };
  });
  let missing = names.length - quotas.reduce((sum, { count }) => sum + count, 0);
  for (const quota of quotas.toSorted((a, b) => b.rest - a.rest)) {
    if (missing <= 0) break;
    quota.count += 1;
    missing -= 1;
  }
  const ranked = names
    .map((name) => ({ name, rank: seededRandom(`${seed}/${name}`).next() }))
    .sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1));
  const labels = quotas.flatMap(({ label, count }) => Array.from({ length: count }, () => label));
  return new Map(ranked.map(({ name }, index) => [name, labels[index] as Label]));
}
