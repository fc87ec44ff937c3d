import type { IntervalColumns } from "../../engine/simulation-result.ts";
import type { Neighbourhood } from "../../neighbourhood/neighbourhood.ts";
import { lineChart } from "../chart/line-chart.ts";
import { type Figure, figureOf } from "../figure.ts";
import { rowsOfTime, sumOver, type TimeRow } from "./rows-of-time.ts";

/** What a kWh cost among neighbours, between what the grid charges and pays. */
export function prices(neighbourhood: Neighbourhood, { price, tradedWh }: IntervalColumns): Figure {
  const { rowName, rows } = rowsOfTime(neighbourhood);
  const pricesIn = ({ from, to }: TimeRow): readonly number[] =>
    [...price.subarray(from, to)].filter((micro) => micro >= 0);
  const ofPrices = (pick: (...prices: number[]) => number): readonly (number | null)[] =>
    rows.map((row) => {
      const found = pricesIn(row);
      return found.length === 0 ? null : pick(...found) / 1e6;
    });
  const mean = rows.map(({ from, to }) => {
    let [worth, energyWh] = [0, 0];
    for (let t = from; t < to; t++) {
      if ((price[t] as number) < 0) continue;
      worth += (price[t] as number) * (tradedWh[t] as number);
      energyWh += tradedWh[t] as number;
    }
    return energyWh === 0 ? null : worth / energyWh / 1e6;
  });
  const tariff = (column: Int32Array): readonly number[] =>
    rows.map((row) => sumOver(row, column) / (row.to - row.from) / 1e6);
  const data = {
    rowName,
    rows: rows.map(({ label }) => label),
    unit: "currency/kWh",
    series: [
      { name: "among neighbours, mean", colour: 2, values: mean },
      { name: "retail", colour: 6, values: tariff(neighbourhood.retailPrice) },
      { name: "feed-in", colour: 0, values: tariff(neighbourhood.feedInPrice) },
      ...(rowName === "interval"
        ? []
        : [
            { name: "lowest", colour: 2, values: ofPrices(Math.min) },
            { name: "highest", colour: 2, values: ofPrices(Math.max) },
          ]),
    ],
  };
  const words = {
    id: "prices",
    title: `Prices, each ${rowName}`,
    text: "A gap is a time without trades. Shaded is what lies between the lowest and the highest price of an interval.",
  };
  return figureOf(words, data, (title, drawn) =>
    lineChart(title, drawn, rowName === "interval" ? { steps: true } : { band: [3, 4] }),
  );
}
