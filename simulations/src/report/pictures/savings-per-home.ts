import { rowBars } from "../chart/row-chart.ts";
import { type Figure, figureOf } from "../figure.ts";

/** More homes than that are shown by their ranks. */
const HOMES_MAX = 40;
const RANKS = 20;

/** What each home saves against the baseline, most first; of many homes what is saved at ranks between. */
export function savingsPerHome(siteIds: readonly string[], savings: readonly number[]): Figure {
  const falling = siteIds
    .map((siteId, home) => ({ siteId, saved: savings[home] ?? 0 }))
    .sort((a, b) => b.saved - a.saved || (a.siteId < b.siteId ? -1 : 1));
  const ofMany = Array.from({ length: RANKS + 1 }, (_, i) => {
    const rank = Math.round((i * (falling.length - 1)) / RANKS);
    return { siteId: `rank ${rank + 1}: ${falling[rank]?.siteId}`, saved: falling[rank]?.saved ?? 0 };
  });
  const shown = falling.length > HOMES_MAX ? ofMany : falling;
  const data = {
    rowName: "home",
    rows: shown.map(({ siteId }) => siteId),
    unit: "currency",
    series: [{ name: "saved", colour: 2, values: shown.map(({ saved }) => saved) }],
  };
  const words = {
    id: "savings-per-home",
    title: "Savings per home",
    text: "What each home pays less than without trading, over the whole run. To the left of zero it pays more.",
  };
  return figureOf(words, data, rowBars);
}
