import assert from "node:assert/strict";
import { seededRandom } from "@commonwatt/vpp-core";
import { studentQuantile } from "./student-t.ts";

/** A mean and the interval in which the true one lies with a given confidence. */
export interface MeanInterval {
  /** How many values there were. */
  readonly count: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** How often a bootstrap draws; the percentiles of fewer are themselves uncertain (Efron and Tibshirani 1993, §13). */
const RESAMPLES = 2_000;

/**
 * The mean of independent values and its interval by Student's t (Student 1908, Biometrika 6:1):
 * `mean ± t(1 − α/2, n − 1) · s / √n`. For values that scatter about evenly around their mean, as a figure of many
 * seeds does; `null` for fewer than two, which say nothing of how they scatter.
 * @param confidence - between 0 and 1, 0.95 for 95 %.
 */
export function studentInterval(values: readonly number[], confidence: number = 0.95): MeanInterval | null {
  assertConfidence(confidence);
  const count = values.length;
  if (count < 2) return null;
  const mean = meanOf(values);
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1));
  const half = (studentQuantile((1 + confidence) / 2, count - 1) * deviation) / Math.sqrt(count);
  return { count, mean, low: mean - half, high: mean + half };
}

/**
 * The mean and its interval by the percentile bootstrap (Efron 1979, Annals of Statistics 7:1): the same number of
 * values drawn with replacement, again and again, and the middle of the means that come out. It assumes no shape, so
 * it fits what is skewed or bounded, as savings of homes and shares of a whole are. `null` for fewer than two values.
 * @param seed - the same seed draws the same interval.
 */
export function bootstrapInterval(
  values: readonly number[],
  seed: string,
  confidence: number = 0.95,
): MeanInterval | null {
  assertConfidence(confidence);
  const count = values.length;
  if (count < 2) return null;
  const random = seededRandom(`${seed}/bootstrap`);
  const means = Float64Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += values[random.integer(0, count - 1)] ?? 0;
    return sum / count;
  }).sort();
  const tail = (1 - confidence) / 2;
  return { count, mean: meanOf(values), low: quantile(means, tail), high: quantile(means, 1 - tail) };
}

/** The arithmetic mean; NaN of nothing. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The quantile of the first `count` of rising values, linear between neighbours (Hyndman and Fan 1996, type 7). */
export function quantile(rising: ArrayLike<number>, share: number, count: number = rising.length): number {
  assert(count > 0 && share >= 0 && share <= 1, "a quantile needs values, and a share of 0 to 1");
  const at = share * (count - 1);
  const below = rising[Math.floor(at)] ?? Number.NaN;
  const above = rising[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

function assertConfidence(confidence: number): void {
  assert(confidence > 0 && confidence < 1, `a confidence lies between 0 and 1, got ${confidence}`);
}
