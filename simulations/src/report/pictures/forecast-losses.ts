import type { SimulationResult } from "../../engine/simulation-result.ts";
import { PINBALL_TENTHS } from "../../kpis/forecasts.ts";
import { rowBars } from "../chart/row-chart.ts";
import { type Figure, figureOf } from "../figure.ts";
import { rankedHomes } from "./ranked-homes.ts";

/** How good the forecasts of load and of PV were, home by home; none of what was never expected or is not there. */
export function forecastLosses({ homes, forecasts }: SimulationResult): readonly Figure[] {
  const { intervals, loadPinballTenthsWh, pvPinballTenthsWh } = forecasts;
  const isBidFor = (home: number): boolean => (intervals[home] as number) > 0;
  const hasPv = (home: number): boolean => isBidFor(home) && (homes.pvWh[home] as number) > 0;
  const picture = (
    what: "load" | "pv",
    words: string,
    tenthsWh: Float64Array,
    isShown: (home: number) => boolean,
  ): readonly Figure[] => {
    const shown = homes.siteIds.map((siteId, home) => ({ siteId, home })).filter(({ home }) => isShown(home));
    if (shown.length === 0) return [];
    const lossOf = (home: number): number =>
      (tenthsWh[home] as number) / (PINBALL_TENTHS * (intervals[home] as number));
    const ranked = rankedHomes(
      shown.map(({ siteId }) => siteId),
      shown.map(({ home }) => lossOf(home)),
    );
    const data = {
      rowName: "home",
      rows: ranked.map(({ name }) => name),
      unit: "Wh",
      series: [
        {
          name: "mean pinball loss",
          colour: what === "load" ? 0 : 1,
          values: ranked.map(({ value }) => value),
        },
      ],
    };
    const text =
      "Mean pinball loss over intervals and the quantiles 0.1, 0.5 and 0.9: the shorter the better. Of a forecast that names one " +
      "number it is half of its mean absolute error.";
    return [
      figureOf({ id: `forecast-${what}`, title: `How well ${words} was foreseen`, text }, data, rowBars),
    ];
  };
  return [
    ...picture("load", "the load", loadPinballTenthsWh, isBidFor),
    ...picture("pv", "the sun", pvPinballTenthsWh, hasPv),
  ];
}
