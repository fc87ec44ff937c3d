import { element, textElement } from "../markup.ts";
import { axisOf, px, type Scale } from "./axis.ts";
import { type ChartData, colourOf } from "./chart-data.ts";
import { AREA, risingAxis, risingScale, rowLabels, svg } from "./frame.ts";

/** How a line chart draws some of its series. */
export interface LineStyle {
  /** Two series between which the room is shaded instead of drawing them as lines. */
  readonly band?: readonly [low: number, high: number];
  /** Series that stay what they are until the next row. */
  readonly steps?: boolean;
  /** Where the axis begins, for values far from zero; at zero unless given. */
  readonly from?: number;
}

/** Lines over evenly spaced rows; a missing value breaks its line. */
export function lineChart(title: string, data: ChartData, style: LineStyle = {}): string {
  const { rows, series, unit } = data;
  const axis = axisOf(
    series.flatMap(({ values }) => values),
    style.from,
  );
  const y = risingScale(axis);
  const step = (AREA.right - AREA.left) / Math.max(1, rows.length);
  const x = (row: number): number => px(AREA.left + (row + 0.5) * step);
  const shaded = new Set(style.band);
  const lines = series.map((one, at) => {
    if (shaded.has(at)) return "";
    const attributes = { class: `line c${colourOf(one, at)} d${at % 4}`, "data-series": at };
    return element(
      "path",
      { ...attributes, d: linePath(one.values, x, y, style.steps === true ? step / 2 : 0) },
      textElement("title", {}, one.name),
    );
  });
  const labels = rowLabels(rows, x);
  return svg(title, [risingAxis(axis, unit), bandOf(data, style, x, y), ...lines, labels]);
}

/** A line through values; each is drawn as a piece of its own when its neighbours are missing. */
function linePath(values: readonly (number | null)[], x: Scale, y: Scale, half: number): string {
  let path = "";
  let isDown = false;
  values.forEach((value, row) => {
    if (value === null) {
      isDown = false;
      return;
    }
    const first = `${isDown ? "L" : "M"}${px(x(row) - half)} ${y(value)}`;
    const isAlone = !isDown && half === 0 && (values[row + 1] ?? null) === null;
    path += half > 0 ? `${first}L${px(x(row) + half)} ${y(value)}` : isAlone ? `${first}h0.1` : first;
    isDown = true;
  });
  return path;
}

function bandOf({ series }: ChartData, { band }: LineStyle, x: Scale, y: Scale): string {
  const [low, high] = [series[band?.[0] ?? -1], series[band?.[1] ?? -1]];
  if (band === undefined || low === undefined || high === undefined) return "";
  const pieces: string[] = [];
  let piece: number[] = [];
  const finish = (): void => {
    if (piece.length === 0) return;
    const edge = (values: readonly (number | null)[], rows: readonly number[]): string =>
      rows.map((row) => `${px(x(row))} ${y(values[row] ?? 0)}`).join("L");
    pieces.push(`M${edge(low.values, piece)}L${edge(high.values, piece.toReversed())}Z`);
    piece = [];
  };
  low.values.forEach((value, row) => {
    if (value === null || (high.values[row] ?? null) === null) finish();
    else piece.push(row);
  });
  finish();
  return element("path", {
    class: `band c${colourOf(high, band[1])}`,
    "data-series": band.join(" "),
    d: pieces.join(""),
  });
}
