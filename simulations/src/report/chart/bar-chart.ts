import { element, printedNumber, textElement } from "../markup.ts";
import { axisOf, px } from "./axis.ts";
import { type ChartData, colourOf } from "./chart-data.ts";
import { AREA, risingAxis, risingScale, rowLabels, svg } from "./frame.ts";

/** Bars of each row on top of each other: what is above zero upwards, what is below downwards. */
export function stackedBars(title: string, data: ChartData): string {
  const { rows, series, unit } = data;
  const stacks = rows.map((_, row) => stackOf(series.map(({ values }) => values[row] ?? null)));
  const axis = axisOf(stacks.flat().flatMap((bar) => (bar === null ? [] : [bar.from, bar.to])));
  const y = risingScale(axis);
  const step = (AREA.right - AREA.left) / Math.max(1, rows.length);
  const gap = Math.min(4, step * 0.2);
  const bars = stacks.flatMap((stack, row) =>
    stack.map((bar, at) => {
      const one = series[at];
      if (bar === null || one === undefined || bar.from === bar.to) return "";
      const [top, bottom] = [y(Math.max(bar.from, bar.to)), y(Math.min(bar.from, bar.to))];
      return element(
        "rect",
        {
          class: `bar c${colourOf(one, at)}`,
          x: px(AREA.left + row * step + gap / 2),
          width: px(Math.max(0.3, step - gap)),
          y: top,
          height: px(bottom - top),
          "data-row": row,
          "data-series": at,
        },
        textElement(
          "title",
          {},
          `${rows[row]}, ${one.name}: ${printedNumber(one.values[row] ?? null)} ${unit}`,
        ),
      );
    }),
  );
  const labels = rowLabels(rows, (row) => AREA.left + (row + 0.5) * step);
  return svg(title, [risingAxis(axis, unit), ...bars, labels]);
}

interface Bar {
  readonly from: number;
  readonly to: number;
}

function stackOf(values: readonly (number | null)[]): readonly (Bar | null)[] {
  let up = 0;
  let down = 0;
  return values.map((value) => {
    if (value === null) return null;
    const from = value < 0 ? down : up;
    if (value < 0) down += value;
    else up += value;
    return { from, to: from + value };
  });
}
