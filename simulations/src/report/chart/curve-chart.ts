import { element, printedNumber, textElement } from "../markup.ts";
import { axisOf, px, scaleOf } from "./axis.ts";
import { AREA, risingAxis, risingScale, svg } from "./frame.ts";

/** A piece of a curve: so much energy at one price. */
export interface CurveStep {
  readonly energy: number;
  readonly price: number;
}

/** Demand and supply of one interval, best prices first, and where they were cleared. */
export interface Curves {
  readonly energyUnit: string;
  readonly priceUnit: string;
  readonly demand: readonly CurveStep[];
  readonly supply: readonly CurveStep[];
  /** `null` when nothing was traded, or not at one price. */
  readonly price: number | null;
  readonly volume: number;
}

/** The merit order of both sides as steps: energy to the right, price up. */
export function curveChart(title: string, curves: Curves): string {
  const { demand, supply, price, volume, energyUnit, priceUnit } = curves;
  const across = axisOf([lengthOf(demand), lengthOf(supply)]);
  const up = axisOf([...demand, ...supply].map((step) => step.price));
  const x = scaleOf(across, AREA.left, AREA.right);
  const y = risingScale(up);
  const pathOf = (steps: readonly CurveStep[]): string => {
    let from = 0;
    return steps
      .map((step, at) => {
        const start = `${at === 0 ? "M" : "L"}${x(from)} ${y(step.price)}`;
        from += step.energy;
        return `${start}L${x(from)} ${y(step.price)}`;
      })
      .join("");
  };
  const ticks = across.ticks.map((tick) =>
    textElement(
      "text",
      { class: "tick x", x: x(tick), y: AREA.bottom + 18, "data-tick": tick, "data-at": x(tick) },
      printedNumber(tick),
    ),
  );
  const cleared = [
    element("line", { class: "mark", x1: x(volume), x2: x(volume), y1: AREA.top, y2: AREA.bottom }),
    ...(price === null
      ? []
      : [element("line", { class: "mark", x1: AREA.left, x2: AREA.right, y1: y(price), y2: y(price) })]),
  ];
  return svg(title, [
    risingAxis(up, priceUnit),
    ...ticks,
    textElement("text", { class: "unit end", x: AREA.right, y: px(AREA.bottom - 6) }, energyUnit),
    ...cleared,
    element("path", { class: "line c0 d0", d: pathOf(demand), "data-series": 0 }),
    element("path", { class: "line c1 d0", d: pathOf(supply), "data-series": 1 }),
  ]);
}

function lengthOf(steps: readonly CurveStep[]): number {
  return steps.reduce((sum, { energy }) => sum + energy, 0);
}
