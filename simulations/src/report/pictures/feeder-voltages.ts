import { type FeederResult, VOLTAGE_BAND } from "../../grid/feeder-run.ts";
import type { Neighbourhood } from "../../neighbourhood/neighbourhood.ts";
import { lineChart } from "../chart/line-chart.ts";
import { type Figure, figureOf } from "../figure.ts";
import { rowsOfTime } from "./rows-of-time.ts";

/** More buses than that are thinned out, those with the lowest and highest voltages always shown. */
const BUSES_MAX = 200;
/** An axis of volts begins well below what may be. */
const AXIS_FROM = 0.85;

/** The lowest and the highest voltage at a home, over time. */
export function voltagesOverTime(neighbourhood: Neighbourhood, feeder: FeederResult): Figure {
  const { rowName, rows } = rowsOfTime(neighbourhood);
  const least = (column: Float64Array) =>
    rows.map(({ from, to }) => column.subarray(from, to).reduce((a, b) => Math.min(a, b)));
  const most = (column: Float64Array) =>
    rows.map(({ from, to }) => column.subarray(from, to).reduce((a, b) => Math.max(a, b)));
  const words = {
    id: "voltages-over-time",
    title: `Voltages at the homes, each ${rowName}`,
    text: "Lowest and highest of all homes. The dashed lines are a tenth below and above the nominal voltage (EN 50160).",
  };
  return voltageFigure(
    words,
    rowName,
    rows.map(({ label }) => label),
    least(feeder.lowestV),
    most(feeder.highestV),
    feeder,
  );
}

/** The lowest and the highest voltage of each bus over the run, from the transformer outwards. */
export function voltagesByBus(feeder: FeederResult): Figure {
  const { buses, busLowestV, busHighestV } = feeder;
  const step = Math.max(1, Math.ceil(buses.length / BUSES_MAX));
  const extremes = new Set([argMin(busLowestV), argMin(busHighestV.map((volts) => -volts))]);
  const shown = [...buses.keys()].filter((bus) => bus % step === 0 || extremes.has(bus));
  const words = {
    id: "voltages-by-bus",
    title: "Voltages by bus",
    text:
      `Lowest and highest of the whole run, ${shown.length} of ${buses.length} buses in the order in which they hang on the ` +
      "transformer. The dashed lines are a tenth below and above the nominal voltage (EN 50160).",
  };
  const of = (column: Float64Array) => shown.map((bus) => column[bus] ?? 0);
  return voltageFigure(
    words,
    "bus",
    shown.map((bus) => buses[bus] ?? ""),
    of(busLowestV),
    of(busHighestV),
    feeder,
  );
}

function voltageFigure(
  words: Pick<Figure, "id" | "title" | "text">,
  rowName: string,
  rows: readonly string[],
  lowest: readonly number[],
  highest: readonly number[],
  { nominalVoltageV }: FeederResult,
): Figure {
  const flat = (volts: number) => rows.map(() => Number(volts.toFixed(1)));
  const data = {
    rowName,
    rows,
    unit: "V",
    series: [
      { name: "highest", colour: 6, values: highest },
      { name: "least that may be", colour: 3, values: flat(nominalVoltageV * (1 - VOLTAGE_BAND)) },
      { name: "most that may be", colour: 3, values: flat(nominalVoltageV * (1 + VOLTAGE_BAND)) },
      { name: "lowest", colour: 0, values: lowest },
    ],
  };
  return figureOf(words, data, (title, drawn) =>
    lineChart(title, drawn, { from: nominalVoltageV * AXIS_FROM }),
  );
}

function argMin(column: Float64Array): number {
  let at = 0;
  column.forEach((volts, bus) => {
    if (volts < (column[at] as number)) at = bus;
  });
  return at;
}
