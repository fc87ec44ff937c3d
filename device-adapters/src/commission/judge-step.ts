import { goodValues, mean, type Phase, QUANTITY_POINTS, type Quantity } from "./step-data.ts";

/** What became of a quantity in the step test. */
export type Verdict = "right" | "reversed" | "scaled by 10" | "not moving" | "unclear" | "not measured";

/** How a quantity moved between charging and discharging, against what the battery was told. */
export interface QuantityVerdict {
  readonly quantity: Quantity;
  readonly verdict: Verdict;
  /** By how much it should have moved, from charging to discharging. */
  readonly expectedW: number | null;
  /** By how much it moved, on average over the repeats. */
  readonly movedW: number | null;
  /** How far that may be off: what the repeats differ by, and twice the standard error of the readings. */
  readonly toleranceW: number | null;
  /** Moved per expected: 1 is right. */
  readonly ratio: number | null;
  /** Why it is unclear or not measured; `null` otherwise. */
  readonly reason: string | null;
}

/** How far a ratio may be off for losses between battery, inverter and meter, and for their classes. */
export const RATIO_TOLERANCE = 0.3;
/** What moves by less than this part of the step does not move. */
const STILL_MAX = 0.05;
/** Fewer readings say nothing about their noise. */
const READINGS_MIN = 2;
/** One comparison alone cannot tell the battery's step from a kettle's. */
const COMPARISONS_MIN = 2;

interface Comparison {
  readonly expectedW: number;
  readonly movedW: number;
  /** Standard error of `movedW`. */
  readonly errorW: number;
}

/**
 * Judges one quantity. Neighbouring phases of charging and discharging are compared, so that what drifts
 * through all of them cancels out. A verdict is given only where the whole interval of what may have happened
 * lies within one class: a house load that jumps makes the comparisons differ, and the verdict `unclear`.
 */
export function judgeQuantity(quantity: Quantity, phases: readonly Phase[]): QuantityVerdict {
  const { point, sense } = QUANTITY_POINTS[quantity];
  const isThere = phases.some(({ samples }) => samples.some(({ points }) => points[point] !== undefined));
  if (!isThere) return without(quantity, "not measured", "no device here reports it");
  const comparisons = comparisonsOf(quantity, phases);
  if (comparisons.length < COMPARISONS_MIN) {
    return without(quantity, "unclear", whyTooFew(quantity, phases));
  }
  const expectedW = average(comparisons, ({ expectedW: each }) => sense * each);
  const moves = comparisons.map(({ movedW, expectedW: each }) => (movedW / each) * Math.abs(expectedW));
  const movedW = moves.reduce((sum, value) => sum + value, 0) / moves.length;
  const spreadW = (Math.max(...moves) - Math.min(...moves)) / 2;
  const toleranceW = spreadW + 2 * average(comparisons, ({ errorW }) => errorW);
  const ratio = movedW / expectedW;
  const verdict = classOf(ratio, toleranceW / Math.abs(expectedW));
  return {
    quantity,
    verdict,
    expectedW: Math.round(expectedW),
    movedW: Math.round(movedW),
    toleranceW: Math.round(toleranceW),
    ratio: Number(ratio.toFixed(3)),
    reason: verdict === "unclear" ? whyUnclear(ratio, toleranceW / Math.abs(expectedW)) : null,
  };
}

function without(quantity: Quantity, verdict: "unclear" | "not measured", reason: string): QuantityVerdict {
  return { quantity, verdict, expectedW: null, movedW: null, toleranceW: null, ratio: null, reason };
}

function comparisonsOf(quantity: Quantity, phases: readonly Phase[]): readonly Comparison[] {
  const { point } = QUANTITY_POINTS[quantity];
  const commanded = phases.filter(({ kind }) => kind !== "neutral");
  return commanded.slice(1).flatMap((later, index) => {
    const earlier = commanded[index];
    if (earlier === undefined || earlier.kind === later.kind) return [];
    const [charge, discharge] = later.kind === "charge" ? [later, earlier] : [earlier, later];
    const [low, high] = [statistics(charge, point), statistics(discharge, point)];
    const expectedW = (discharge.appliedPowerW ?? 0) - (charge.appliedPowerW ?? 0);
    if (low === null || high === null || expectedW <= 0) return [];
    return [{ expectedW, movedW: high.mean - low.mean, errorW: Math.hypot(low.error, high.error) }];
  });
}

function statistics(
  { samples }: Phase,
  point: (typeof QUANTITY_POINTS)[Quantity]["point"],
): { readonly mean: number; readonly error: number } | null {
  const values = goodValues(samples, point);
  const center = mean(values);
  if (center === null || values.length < READINGS_MIN) return null;
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return { mean: center, error: Math.sqrt(squares / (values.length - 1) / values.length) };
}

function average(comparisons: readonly Comparison[], pick: (each: Comparison) => number): number {
  return comparisons.reduce((sum, each) => sum + pick(each), 0) / comparisons.length;
}

/** The class that the whole interval lies in. */
function classOf(ratio: number, tolerance: number): Verdict {
  const liesIn = (center: number): boolean => {
    const reach = RATIO_TOLERANCE * Math.abs(center);
    return Math.abs(ratio - center) + tolerance <= reach;
  };
  if (liesIn(1)) return "right";
  if (liesIn(-1)) return "reversed";
  if ([10, 0.1, -10, -0.1].some(liesIn)) return "scaled by 10";
  return Math.abs(ratio) + tolerance <= STILL_MAX ? "not moving" : "unclear";
}

function whyUnclear(ratio: number, tolerance: number): string {
  const couldBeClear = classOf(ratio, 0) !== "unclear";
  return couldBeClear || tolerance > RATIO_TOLERANCE
    ? "the house load or the sun moved too much meanwhile: try again when it is calm, or with more power"
    : "it moved by a part of the step that nothing explains";
}

function whyTooFew(quantity: Quantity, phases: readonly Phase[]): string {
  const { point } = QUANTITY_POINTS[quantity];
  const said = phases
    .flatMap(({ samples }) => samples)
    .map(({ points }) => points[point]?.reason ?? null)
    .findLast((reason) => reason !== null);
  return said ?? "too few readings: the step was not repeated";
}
