import { isoTime } from "@commonwatt/vpp-core";
import type { TraceColumns } from "../../engine/simulation-result.ts";
import type { Neighbourhood } from "../../neighbourhood/neighbourhood.ts";
import { lineChart } from "../chart/line-chart.ts";
import { type Figure, figureOf } from "../figure.ts";
import { rowsOfTime, type TimeRow } from "./rows-of-time.ts";

const DAY_MINUTES = 1_440;
/** Finer than that nobody sees in a day. */
const STEP_MINUTES_MIN = 15;

/**
 * How full the batteries of traced homes are: interval by interval in short runs, else by time of day over the whole run.
 * `null` when none of them has a battery.
 */
export function batteryState(neighbourhood: Neighbourhood, trace: TraceColumns): Figure | null {
  const capacities = capacitiesOf(neighbourhood, trace);
  const homes = [...capacities.keys()].filter((home) => (capacities[home] ?? 0) > 0);
  if (homes.length === 0) return null;
  const levels = (t: number): readonly number[] =>
    homes.map((home) => {
      const stored = trace.storedWh[t * trace.siteIds.length + home] as number;
      return (100 * stored) / (capacities[home] ?? 1);
    });
  const time = rowsOfTime(neighbourhood);
  const isByInterval = time.rowName === "interval";
  const groups = isByInterval ? time.rows.map(intervalsOf) : timesOfDay(neighbourhood);
  const found = groups.map(({ label, intervals }) => ({ label, values: intervals.flatMap(levels) }));
  const of = (pick: (rising: readonly number[]) => number): readonly number[] =>
    found.map(({ values }) => pick(values.toSorted((a, b) => a - b)));
  const at = (share: number) => (rising: readonly number[]) =>
    rising[Math.round(share * (rising.length - 1))] ?? 0;
  const data = {
    rowName: isByInterval ? "interval" : "time of day, UTC",
    rows: found.map(({ label }) => label),
    unit: "% of capacity",
    series: [
      {
        name: "mean",
        colour: 2,
        values: of((rising) => rising.reduce((sum, value) => sum + value, 0) / rising.length),
      },
      { name: "a tenth is below", colour: 2, values: of(at(0.1)) },
      { name: "a tenth is above", colour: 2, values: of(at(0.9)) },
    ],
  };
  const words = {
    id: "battery-state",
    title: isByInterval ? "Battery state" : "Battery state by time of day",
    text: `How full ${homes.length} batteries are at the end of each interval; shaded is where eight tenths of them are.`,
  };
  return figureOf(words, data, (title, drawn) => lineChart(title, drawn, { band: [1, 2] }));
}

interface Group {
  readonly label: string;
  readonly intervals: readonly number[];
}

function intervalsOf({ label, from }: TimeRow): Group {
  return { label, intervals: [from] };
}

function timesOfDay({ startMs, intervalMinutes, intervals }: Neighbourhood): readonly Group[] {
  const stepMinutes = Math.max(STEP_MINUTES_MIN, intervalMinutes);
  const groups = Array.from({ length: DAY_MINUTES / stepMinutes }, (_, step) => ({
    label: isoTime(step * stepMinutes * 60_000).slice(11, 16),
    intervals: [] as number[],
  }));
  for (let t = 0; t < intervals; t++) {
    const minute = (startMs / 60_000 + t * intervalMinutes) % DAY_MINUTES;
    groups[Math.floor(minute / stepMinutes)]?.intervals.push(t);
  }
  return groups.filter((group) => group.intervals.length > 0);
}

function capacitiesOf({ siteIds, batteries }: Neighbourhood, trace: TraceColumns): readonly number[] {
  const home = new Map(siteIds.map((siteId, at) => [siteId, at]));
  return trace.siteIds.map((siteId) => batteries.capacityWh[home.get(siteId) ?? -1] ?? 0);
}
