/** The value that a share of all values does not exceed (nearest rank); `NaN` of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** The middle one of the values (nearest rank): of an even count the lower of the two. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}
