import { CommonwattError, isoTime } from "@commonwatt/vpp-core";
import type { FindingCollector } from "./data-report.ts";
import type { DataRules } from "./data-rules.ts";
import { fillGaps, gapsIn } from "./fill-gaps.ts";
import type { Grid, RawSeries } from "./raw-series.ts";

const HOUR_MS = 3_600_000;
/** A register may lose this much to the rounding of decimals without having stepped back. */
const STEP_BACK_TOLERANCE_WH = 1e-6;

interface Task {
  readonly series: RawSeries;
  readonly grid: Grid;
  readonly rules: DataRules;
  readonly found: FindingCollector;
}

/** Puts each value into the step that begins at its time; the first problem of a value decides about it. */
function placeIntervals({ series, grid, rules, found }: Task): Float64Array {
  const energyWh = new Float64Array(grid.steps).fill(Number.NaN);
  const taken = new Uint8Array(grid.steps);
  const { site, quantity } = series;
  for (let i = 0; i < series.timesMs.length; i++) {
    const timeMs = series.timesMs[i] ?? Number.NaN;
    // A time that was on no clock: counted where it was read.
    if (Number.isNaN(timeMs)) continue;
    const exact = (timeMs - grid.startMs) / grid.stepMs;
    const step = Math.round(exact);
    const value = series.valuesWh[i] ?? Number.NaN;
    if (step < 0 || step >= grid.steps) {
      if (!Number.isNaN(value)) found.add(site, quantity, "outside-common-time", "drop", timeMs);
      continue;
    }
    if (exact !== step) found.add(site, quantity, "off-step", "nearest", timeMs);
    if (taken[step] === 1) {
      found.add(site, quantity, "duplicated", rules.duplicated, timeMs);
      if (rules.duplicated === "first") continue;
    }
    taken[step] = 1;
    energyWh[step] = value;
  }
  return energyWh;
}

/** The rows of a register that count, in order of time, one for a time. */
function readingsOf({ series, rules, found }: Task): readonly number[] {
  const { site, quantity, timesMs, valuesWh } = series;
  const order = Array.from({ length: timesMs.length }, (_, i) => i)
    .filter((i) => !Number.isNaN(valuesWh[i]) && !Number.isNaN(timesMs[i]))
    .sort((a, b) => (timesMs[a] ?? 0) - (timesMs[b] ?? 0) || a - b);
  const readings: number[] = [];
  for (const i of order) {
    const timeMs = timesMs[i] ?? 0;
    const isSecond = readings.length > 0 && timesMs[readings.at(-1) ?? 0] === timeMs;
    if (isSecond) found.add(site, quantity, "duplicated", rules.duplicated, timeMs);
    if (isSecond && rules.duplicated === "last") readings.pop();
    if (!isSecond || rules.duplicated === "last") readings.push(i);
  }
  return readings;
}

/** The readings of a register as a total that never falls. */
function totalsOf(task: Task): { timesMs: number[]; totalsWh: number[] } {
  const { series, rules, found } = task;
  const timesMs: number[] = [];
  const totalsWh: number[] = [];
  let total = 0;
  let shown = Number.NaN;
  for (const i of readingsOf(task)) {
    const timeMs = series.timesMs[i] ?? 0;
    const reading = series.valuesWh[i] ?? 0;
    const rise = Number.isNaN(shown) ? 0 : reading - shown;
    if (rise < -STEP_BACK_TOLERANCE_WH) {
      found.add(series.site, series.quantity, "register-step-back", rules.stepBack, timeMs);
      if (rules.stepBack === "restart") total += Math.max(0, reading);
    } else total += Math.max(0, rise);
    shown = reading;
    timesMs.push(timeMs);
    totalsWh.push(total);
  }
  return { timesMs, totalsWh };
}

/**
 * The energy of each step from a register: its rise between the ends of the step, evenly spread between two
 * readings. NaN before the first and after the last.
 */
function differences(task: Task): Float64Array {
  const { series, grid, rules, found } = task;
  const { timesMs, totalsWh } = totalsOf(task);
  const energyWh = new Float64Array(grid.steps).fill(Number.NaN);
  let after = 0;
  let before = Number.NaN;
  for (let edge = 0; edge <= grid.steps; edge++) {
    const timeMs = grid.startMs + edge * grid.stepMs;
    while (after < timesMs.length && (timesMs[after] ?? 0) < timeMs) after += 1;
    const [fromMs, toMs] = [timesMs[after - 1] ?? Number.NaN, timesMs[after] ?? Number.NaN];
    const [fromWh, toWh] = [totalsWh[after - 1] ?? 0, totalsWh[after] ?? 0];
    const total = toMs === timeMs ? toWh : fromWh + ((toWh - fromWh) * (timeMs - fromMs)) / (toMs - fromMs);
    if (edge > 0) {
      energyWh[edge - 1] = total - before;
      // Readings at most a step apart say it all; further apart they leave open how the energy was spread.
      if (toMs - fromMs > grid.stepMs) {
        const rule = rules.missing === "reject" ? "reject" : "spread";
        found.add(series.site, series.quantity, "missing", rule, timeMs - grid.stepMs);
      }
    }
    before = total;
  }
  return energyWh;
}

/** Drops or mends what cannot be, in place. */
function doubt({ series, grid, rules, found }: Task, energyWh: Float64Array): void {
  const maxWh = (rules.powerMaxW * grid.stepMs) / HOUR_MS;
  for (let step = 0; step < grid.steps; step++) {
    const value = energyWh[step] ?? 0;
    const isNegative = value < 0;
    if (!isNegative && !(value > maxWh)) continue;
    const rule = isNegative ? rules.negative : rules.outOfRange;
    const problem = isNegative ? "negative" : "out-of-range";
    found.add(series.site, series.quantity, problem, rule, grid.startMs + step * grid.stepMs);
    if (rule !== "keep") energyWh[step] = rule === "zero" ? 0 : Number.NaN;
  }
}

/**
 * Brings a column to the steps of a grid: energy in Wh of each step, with a number in every one. Whatever is
 * wrong is counted in `found` and handled by its rule. A register knows the energy of a gap between two
 * readings: it is spread over the gap, so nothing is lost.
 * @throws CommonwattError `IMPORT_REJECTED` by a rule `reject`; `IMPORT_NO_DATA` for a column without a value.
 */
export function cleanSeries(
  series: RawSeries,
  grid: Grid,
  rules: DataRules,
  found: FindingCollector,
): Float64Array {
  const task: Task = { series, grid, rules, found };
  const energyWh = series.kind === "interval" ? placeIntervals(task) : differences(task);
  doubt(task, energyWh);
  const { site, quantity } = series;
  if (energyWh.every((value) => Number.isNaN(value))) {
    throw new CommonwattError(
      "IMPORT_NO_DATA",
      `${site}: ${quantity}: no value between ${isoTime(grid.startMs)} and ${isoTime(grid.startMs + grid.steps * grid.stepMs)}`,
      { details: { site, quantity } },
    );
  }
  for (const { from, to } of gapsIn(energyWh)) {
    for (let step = from; step < to; step++) {
      found.add(site, quantity, "missing", rules.missing, grid.startMs + step * grid.stepMs);
    }
  }
  if (rules.missing !== "reject") fillGaps(energyWh, rules.missing, grid.stepMs);
  return energyWh;
}
