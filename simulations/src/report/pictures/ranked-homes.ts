/** More homes than that are shown by their ranks. */
const HOMES_MAX = 40;
const RANKS = 20;

/** A home, or one at a rank between many. */
export interface RankedHome {
  readonly name: string;
  readonly value: number;
}

/** Homes with the highest value first; of many homes those at ranks between. */
export function rankedHomes(siteIds: readonly string[], values: readonly number[]): readonly RankedHome[] {
  const falling = siteIds
    .map((name, home) => ({ name, value: values[home] ?? 0 }))
    .sort((a, b) => b.value - a.value || (a.name < b.name ? -1 : 1));
  if (falling.length <= HOMES_MAX) return falling;
  return Array.from({ length: RANKS + 1 }, (_, i) => {
    const rank = Math.round((i * (falling.length - 1)) / RANKS);
    return { name: `rank ${rank + 1}: ${falling[rank]?.name}`, value: falling[rank]?.value ?? 0 };
  });
}
