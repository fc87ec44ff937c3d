/**
 * When a flexible load takes its energy: at once; at the hours that the retailer sells cheapest; or what the sun leaves over, and
 * the rest as late as it can wait.
 */
export type FlexibleControl = "at-once" | "cheapest" | "surplus";

/** What a flexible load sees of its house, by interval. */
export interface HouseCourse {
  readonly intervalMs: number;
  /** What the rest of the house takes, and what its modules give, in Wh; `null` without modules. */
  readonly loadWh: ArrayLike<number>;
  readonly pvWh: ArrayLike<number> | null;
  /** In micro per kWh. */
  readonly retailPrice: ArrayLike<number>;
}

/** What the sun leaves over in an interval, in whole Wh. */
export function surplusWh({ loadWh, pvWh }: HouseCourse, t: number): number {
  return Math.max(0, ((pvWh?.[t] as number | undefined) ?? 0) - (loadWh[t] as number));
}

/** At place i the sum of the values before it. */
export function sumsBefore(values: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let at = 0; at < values.length; at++) sums[at + 1] = (sums[at] as number) + (values[at] as number);
  return sums;
}
