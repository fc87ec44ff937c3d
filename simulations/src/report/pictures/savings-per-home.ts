import { rowBars } from "../chart/row-chart.ts";
import { type Figure, figureOf } from "../figure.ts";
import { rankedHomes } from "./ranked-homes.ts";

/** What each home saves against the baseline, most first; of many homes what is saved at ranks between. */
export function savingsPerHome(siteIds: readonly string[], savings: readonly number[]): Figure {
  const shown = rankedHomes(siteIds, savings);
  const data = {
    rowName: "home",
    rows: shown.map(({ name }) => name),
    unit: "currency",
    series: [{ name: "saved", colour: 2, values: shown.map(({ value }) => value) }],
  };
  const words = {
    id: "savings-per-home",
    title: "Savings per home",
    text: "What each home pays less than without trading, over the whole run. To the left of zero it pays more.",
  };
  return figureOf(words, data, rowBars);
}
