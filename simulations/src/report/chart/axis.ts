/** What an axis spans, from its first tick to its last. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

/** About how many steps an axis has. */
const STEPS = 4;

/** A value's place in pixels. */
export type Scale = (value: number) => number;

/**
 * An axis with round ticks, steps of 1, 2 or 5 times a power of ten (after Heckbert 1990, "Nice numbers for graph
 * labels"), around all values and where it begins.
 * @param from - zero, unless values far from it are to be told apart.
 */
export function axisOf(values: Iterable<number | null>, from: number = 0): Axis {
  let low = from;
  let high = from;
  for (const value of values) {
    if (value === null) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low === high) high = low + 1;
  const rough = (high - low) / STEPS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough * 0.999) ?? 10);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
  return { low: ticks[0] ?? low, high: ticks.at(-1) ?? high, ticks };
}

/** Maps an axis on pixels, rounded to tenths. */
export function scaleOf({ low, high }: Axis, fromPx: number, toPx: number): Scale {
  return (value) => px(fromPx + ((value - low) / (high - low)) * (toPx - fromPx));
}

/** Pixels to a tenth. */
export function px(value: number): number {
  return Math.round(value * 10) / 10;
}

/** At most `most` of `count` places, evenly apart, the first always among them. */
export function labelled(count: number, most: number): readonly number[] {
  const step = Math.max(1, Math.ceil(count / most));
  return Array.from({ length: Math.ceil(count / step) }, (_, i) => i * step);
}
