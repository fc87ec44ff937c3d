import type { FillRule } from "./data-rules.ts";

const DAY_MS = 86_400_000;

/** The nearest index with a value, from `at` in steps of `by`; −1 when there is none. */
function nearest(values: Float64Array, at: number, by: number): number {
  for (let i = at + by; i >= 0 && i < values.length; i += by) {
    if (!Number.isNaN(values[i])) return i;
  }
  return -1;
}

function fillLinear(values: Float64Array, from: number, to: number): void {
  const before = values[from - 1] ?? values[to] ?? 0;
  const after = values[to] ?? before;
  for (let i = from; i < to; i++) values[i] = before + ((after - before) * (i - from + 1)) / (to - from + 1);
}

/**
 * Fills the NaNs of a column in place. `measured` tells which values were there before, so that a long gap
 * takes yesterday's measured value, not a filled one; where no earlier day has one, a later day has to do.
 */
function fillGap(
  values: Float64Array,
  measured: Float64Array,
  gap: Gap,
  rule: FillRule,
  daySteps: number,
): void {
  const { from, to } = gap;
  if (rule === "linear") {
    fillLinear(values, from, to);
    return;
  }
  for (let i = from; i < to; i++) {
    if (rule === "zero") values[i] = 0;
    else if (rule === "hold") values[i] = values[i - 1] ?? values[to] ?? 0;
    else {
      const before = nearest(measured, i, -daySteps);
      const source = before >= 0 ? before : nearest(measured, i, daySteps);
      // A time of day that no day has is filled with what stands beside it.
      values[i] =
        source >= 0 ? (measured[source] ?? 0) : (values[i - 1] ?? measured[nearest(measured, i, 1)] ?? 0);
    }
  }
}

/** A run of missing values, `[from, to)`. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** The runs of NaN in a column. */
export function gapsIn(values: Float64Array): readonly Gap[] {
  const gaps: Gap[] = [];
  for (let i = 0; i < values.length; i++) {
    if (!Number.isNaN(values[i])) continue;
    const from = i;
    while (i < values.length && Number.isNaN(values[i])) i += 1;
    gaps.push({ from, to: i });
  }
  return gaps;
}

/**
 * Fills every gap of a column of step energies by a rule other than `reject`, in place. The column needs at
 * least one value.
 */
export function fillGaps(values: Float64Array, rule: Exclude<FillRule, "reject">, stepMs: number): void {
  const gaps = gapsIn(values);
  if (gaps.length === 0) return;
  const measured = Float64Array.from(values);
  const daySteps = Math.max(1, Math.round(DAY_MS / stepMs));
  for (const gap of gaps) fillGap(values, measured, gap, rule, daySteps);
}
