import { element, printedNumber, textElement } from "../markup.ts";
import { axisOf, px, scaleOf } from "./axis.ts";
import { type ChartData, colourOf } from "./chart-data.ts";
import { FRAME, svg } from "./frame.ts";

const NAMES = 170;
const VALUES = 90;
const ROW = 24;
const TOP = 26;
const LETTERS_MAX = 26;
/** Half the height of a whisker's ends. */
const CAP = 4;

/**
 * One bar to the side for each row of the first series, its name before it and its value behind; over it a whisker
 * as long as the value is uncertain.
 */
export function rowBars(title: string, data: ChartData): string {
  const { rows, unit } = data;
  const series = data.series[0];
  const values = series?.values ?? [];
  const spans = series?.spans ?? [];
  const axis = axisOf([...values, ...spans.flatMap((span) => (span === null ? [] : [span.low, span.high]))]);
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
    const span = spans[row] ?? null;
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
      (span === null ? "" : whisker(x(span.low), x(span.high), y + ROW / 2, row)) +
      textElement(
        "text",
        { class: "value", x: px(Math.max(to, span === null ? to : x(span.high)) + 5), y: y + 16 },
        printedNumber(value),
      )
    );
  });
  const head = textElement("text", { class: "unit", x: 4, y: 12 }, unit);
  return svg(title, [head, ...ticks, ...bars], bottom + 8);
}

/** A line from end to end with a cap at both. */
function whisker(from: number, to: number, y: number, row: number): string {
  const line = (
    x1: number,
    x2: number,
    y1: number,
    y2: number,
    more: Readonly<Record<string, string | number>>,
  ): string => element("line", { x1, x2, y1, y2, ...more });
  return (
    line(from, to, y, y, { class: "whisker", "data-row": row, "data-series": 0 }) +
    line(from, from, y - CAP, y + CAP, { class: "cap" }) +
    line(to, to, y - CAP, y + CAP, { class: "cap" })
  );
}
