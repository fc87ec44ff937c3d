import { element, printedNumber, textElement } from "../markup.ts";
import { axisOf, px, scaleOf } from "./axis.ts";
import { type ChartData, colourOf } from "./chart-data.ts";
import { FRAME, svg } from "./frame.ts";

const NAMES = 170;
const VALUES = 90;
const ROW = 24;
const TOP = 26;
const LETTERS_MAX = 26;

/** One bar to the side for each row of the first series, its name before it and its value behind. */
export function rowBars(title: string, data: ChartData): string {
  const { rows, unit } = data;
  const series = data.series[0];
  const values = series?.values ?? [];
  const axis = axisOf(values);
  const x = scaleOf(axis, NAMES, FRAME.width - VALUES);
  const bottom = TOP + rows.length * ROW;
  const ticks = axis.ticks.map(
    (tick) =>
      element("line", {
        class: tick === 0 ? "zero" : "grid",
        x1: x(tick),
        x2: x(tick),
        y1: TOP,
        y2: bottom,
      }) +
      textElement(
        "text",
        { class: "tick x", x: x(tick), y: TOP - 8, "data-tick": tick, "data-at": x(tick) },
        printedNumber(tick),
      ),
  );
  const bars = rows.map((name, row) => {
    const value = values[row] ?? null;
    const y = TOP + row * ROW;
    const [from, to] = [x(Math.min(0, value ?? 0)), x(Math.max(0, value ?? 0))];
    const short = name.length > LETTERS_MAX ? `${name.slice(0, LETTERS_MAX - 1)}…` : name;
    return (
      textElement("text", { class: "name", x: NAMES - 8, y: y + 16 }, short) +
      element(
        "rect",
        {
          class: `bar c${series === undefined ? 0 : colourOf(series, 0)}`,
          x: from,
          width: px(to - from),
          y: y + 4,
          height: ROW - 8,
          "data-row": row,
          "data-series": 0,
        },
        textElement("title", {}, `${name}: ${printedNumber(value)} ${unit}`),
      ) +
      textElement("text", { class: "value", x: px(to + 5), y: y + 16 }, printedNumber(value))
    );
  });
  const head = textElement("text", { class: "unit", x: 4, y: 12 }, unit);
  return svg(title, [head, ...ticks, ...bars], bottom + 8);
}
