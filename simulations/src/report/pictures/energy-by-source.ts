import type { IntervalColumns } from "../../engine/simulation-result.ts";
import type { Neighbourhood } from "../../neighbourhood/neighbourhood.ts";
import { stackedBars } from "../chart/bar-chart.ts";
import { type Figure, figureOf } from "../figure.ts";
import { rowsOfTime, sumOver } from "./rows-of-time.ts";

/** Where the community's energy came from, upwards, and where it went, downwards. */
export function energyBySource(neighbourhood: Neighbourhood, intervals: IntervalColumns): Figure {
  const { rowName, rows } = rowsOfTime(neighbourhood);
  const series = (name: string, colour: number, column: Float64Array, sign: 1 | -1, less?: Float64Array) => ({
    name,
    colour,
    values: rows.map(
      (row) => (sign * (sumOver(row, column) - (less === undefined ? 0 : sumOver(row, less)))) / 1_000,
    ),
  });
  const data = {
    rowName,
    rows: rows.map(({ label }) => label),
    unit: "kWh",
    series: [
      series("from the sun", 1, intervals.pvWh, 1, intervals.curtailedWh),
      series("from batteries", 2, intervals.dischargedWh, 1),
      series("from the grid", 3, intervals.communityImportWh, 1),
      series("to households", 0, intervals.loadWh, -1),
      series("into batteries", 5, intervals.chargedWh, -1),
      series("to the grid", 4, intervals.communityExportWh, -1),
    ],
  };
  const words = {
    id: "energy-by-source",
    title: `Energy by source, each ${rowName}`,
    text: "Of the whole community, net at its transformer. What comes in above the line goes out below it.",
  };
  return figureOf(words, data, stackedBars);
}

/** What homes took from their meters: from neighbours and from their retailers. */
export function importBySource(neighbourhood: Neighbourhood, intervals: IntervalColumns): Figure {
  const { rowName, rows } = rowsOfTime(neighbourhood);
  const neighbours = rows.map((row) => sumOver(row, intervals.settledWh) / 1_000);
  const data = {
    rowName,
    rows: rows.map(({ label }) => label),
    unit: "kWh",
    series: [
      { name: "from neighbours", colour: 2, values: neighbours },
      {
        name: "from the retailer",
        colour: 3,
        values: rows.map((row, at) => sumOver(row, intervals.importWh) / 1_000 - (neighbours[at] ?? 0)),
      },
    ],
  };
  const words = {
    id: "import-by-source",
    title: `What homes took from their meters, each ${rowName}`,
    text: "From neighbours counts what was both delivered and taken.",
  };
  return figureOf(words, data, stackedBars);
}
