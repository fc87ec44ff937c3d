import { element, printedNumber, textElement } from "../markup.ts";
import { type Axis, labelled, px, type Scale, scaleOf } from "./axis.ts";

/** The drawing of a chart, in pixels of its own. */
export const FRAME = { width: 760, height: 280, left: 58, right: 14, top: 22, bottom: 30 } as const;

const LABELS_MAX = 8;

/** Where the drawing area lies. */
export const AREA: Readonly<Record<"left" | "right" | "top" | "bottom", number>> = {
  left: FRAME.left,
  right: FRAME.width - FRAME.right,
  top: FRAME.top,
  bottom: FRAME.height - FRAME.bottom,
};

/** The scale of an axis that goes up. */
export function risingScale(axis: Axis): Scale {
  return scaleOf(axis, AREA.bottom, AREA.top);
}

/** The axis that goes up: its ticks, their lines and the unit above. */
export function risingAxis(axis: Axis, unit: string): string {
  const y = risingScale(axis);
  const ticks = axis.ticks.map(
    (tick) =>
      element("line", {
        class: tick === 0 ? "zero" : "grid",
        x1: AREA.left,
        x2: AREA.right,
        y1: y(tick),
        y2: y(tick),
      }) +
      textElement(
        "text",
        { class: "tick y", x: AREA.left - 6, y: px(y(tick) + 4), "data-tick": tick, "data-at": y(tick) },
        printedNumber(tick),
      ),
  );
  return ticks.join("") + textElement("text", { class: "unit", x: 4, y: 12 }, unit);
}

/** Labels below, as many as there is room for. */
export function rowLabels(rows: readonly string[], xOf: (row: number) => number): string {
  return labelled(rows.length, LABELS_MAX)
    .map((row) =>
      textElement("text", { class: "tick x", x: px(xOf(row)), y: AREA.bottom + 18 }, rows[row] ?? ""),
    )
    .join("");
}

/** The drawing around its parts; `title` is what a screen reader says of it. */
export function svg(
  title: string,
  parts: readonly string[],
  height: number = FRAME.height,
  kind: string = "chart",
): string {
  return element(
    "svg",
    {
      class: kind,
      role: "img",
      "aria-label": title,
      viewBox: `0 0 ${FRAME.width} ${height}`,
      xmlns: "http://www.w3.org/2000/svg",
    },
    ...parts,
  );
}
