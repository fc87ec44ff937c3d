import { dirname, resolve } from "node:path";
import { CommonwattError, intervalLength, isoTime } from "@commonwatt/vpp-core";
import { badFile, columnOf, csvTable, numberIn } from "../data/csv.ts";
import { collectFindings } from "../data/data-report.ts";
import { DEFAULT_RULES } from "../data/data-rules.ts";
import type { DataSet } from "../data/data-set.ts";
import type { RunTime } from "../data/data-window.ts";
import { usualStepMs } from "../data/grid-of.ts";
import { type UtcOffset, utcOffset } from "../data/local-time.ts";
import { microPricesOf } from "../data/neighbourhood-of.ts";
import { parseTime, utcOf, type WrittenTime } from "../data/parse-time.ts";
import { readText } from "../data/read-file.ts";
import { weekdayOf } from "../models/weekday.ts";
import type { PriceSeries, ScenarioPrice, TariffPeriod } from "./scenario-file.ts";

const MICRO = 1_000_000;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const WEEK = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;

/** What prices are made of. */
export interface PriceSources {
  /** The scenario's file, from which paths start. */
  readonly file: string;
  readonly time: RunTime;
  readonly offset: UtcOffset;
  readonly data: ReadonlyMap<string, DataSet>;
  /** Hears what was taken for granted. */
  assume(what: string): void;
}

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(":").map(Number);
  return hours * 60 + minutes;
}

function isOn({ days }: TariffPeriod, day: (typeof WEEK)[number]): boolean {
  const kind = day === "sat" || day === "sun" ? "weekend" : "weekdays";
  return days === undefined || days.includes(day) || days.includes(kind);
}

/** Whether a period holds at a local time. One that goes over midnight counts for the day on which it begins. */
function holdsAt(period: TariffPeriod, localMs: number): boolean {
  const [from, to] = [minutesOf(period.from), minutesOf(period.to)];
  const minute = (localMs - Math.floor(localMs / DAY_MS) * DAY_MS) / MINUTE_MS;
  const dayAt = (atMs: number): (typeof WEEK)[number] => WEEK[weekdayOf(atMs)] ?? "sun";
  if (from < to) return minute >= from && minute < to && isOn(period, dayAt(localMs));
  return minute >= from ? isOn(period, dayAt(localMs)) : minute < to && isOn(period, dayAt(localMs - DAY_MS));
}

/** Prices by weekday and hour, in micro per kWh: what holds when an interval begins. */
function timeOfUsePrices(
  periods: readonly TariffPeriod[],
  otherwisePerKwh: number,
  time: RunTime,
  offset: UtcOffset,
): Int32Array {
  const lengthMs = intervalLength(time.intervalMinutes);
  return Int32Array.from({ length: time.intervals }, (_, t) => {
    const utcMs = time.startMs + t * lengthMs;
    const localMs = utcMs + offset(utcMs);
    const period = periods.find((candidate) => holdsAt(candidate, localMs));
    return Math.round((period?.pricePerKwh ?? otherwisePerKwh) * MICRO);
  });
}

/** The prices of a file in order of time, and how long the last one holds. */
async function seriesIn(
  series: PriceSeries,
  { file, offset }: PriceSources,
): Promise<{
  readonly timesMs: readonly number[];
  readonly prices: readonly number[];
  readonly stepMs: number;
}> {
  const path = resolve(dirname(file), series.path);
  const table = csvTable(path, await readText(path));
  const [timeAt, priceAt] = [columnOf(table, series.timeColumn), columnOf(table, series.priceColumn)];
  const lines = [...table.rows];
  const written = lines.map(({ cells, line }) => {
    const time = parseTime(cells[timeAt] ?? "", series.timeFormat ?? "iso");
    if (time === null)
      throw badFile(path, line, `"${cells[timeAt]}" is no time of the format ${series.timeFormat ?? "iso"}`);
    return time;
  });
  const zone = series.timeZone === undefined ? offset : utcOffset(series.timeZone);
  const ignored = { rules: DEFAULT_RULES, found: collectFindings() };
  const utcMs = utcOf(written.length, (row) => written[row] as WrittenTime, zone, path, ignored);
  const factor = (series.factor ?? 1) / (series.per === "MWh" ? 1_000 : 1);
  const rows = lines
    .map(({ cells, line }, row) => ({
      timeMs: utcMs[row] ?? Number.NaN,
      price: numberIn(cells[priceAt] ?? "", path, line),
    }))
    .filter(({ timeMs, price }) => !Number.isNaN(timeMs) && !Number.isNaN(price))
    .sort((a, b) => a.timeMs - b.timeMs);
  const timesMs = rows.map(({ timeMs }) => timeMs);
  return {
    timesMs,
    prices: rows.map(({ price }) => price * factor + (series.addPerKwh ?? 0)),
    stepMs: usualStepMs(timesMs) ?? DAY_MS,
  };
}

/**
 * Each price holds from its time until the next one; an interval has the mean over it. Where prices are further
 * apart than usual, the last one holds on and the hours are told.
 */
async function seriesPrices(series: PriceSeries, sources: PriceSources): Promise<Int32Array> {
  const { time, assume } = sources;
  const { timesMs, prices, stepMs } = await seriesIn(series, sources);
  const lengthMs = intervalLength(time.intervalMinutes);
  const [startMs, endMs] = [time.startMs, time.startMs + time.intervals * lengthMs];
  const [firstMs = Number.POSITIVE_INFINITY, lastMs = Number.NEGATIVE_INFINITY] = [
    timesMs[0],
    timesMs.at(-1),
  ];
  if (firstMs > startMs || lastMs + stepMs < endMs) {
    const span = Number.isFinite(firstMs)
      ? `from ${isoTime(firstMs)} to ${isoTime(lastMs + stepMs)}`
      : "at no time";
    throw new CommonwattError(
      "IMPORT_OUT_OF_TIME",
      `${series.path}: it has prices ${span} and does not cover ${isoTime(startMs)} to ${isoTime(endMs)}`,
    );
  }
  let at = 0;
  let [lateMs, gaps] = [0, 0];
  const priceOver = (fromMs: number, toMs: number): number => {
    while ((timesMs[at + 1] ?? Number.POSITIVE_INFINITY) <= fromMs) at += 1;
    let sum = 0;
    for (let row = at; (timesMs[row] ?? toMs) < toMs; row++) {
      const untilMs = Math.min(toMs, timesMs[row + 1] ?? Number.POSITIVE_INFINITY);
      const sinceMs = Math.max(fromMs, timesMs[row] ?? fromMs);
      sum += (untilMs - sinceMs) * (prices[row] ?? 0);
      lateMs += Math.max(0, untilMs - Math.max(sinceMs, (timesMs[row] ?? 0) + stepMs));
    }
    return sum / (toMs - fromMs);
  };
  const micro = Int32Array.from({ length: time.intervals }, (_, t) => {
    const before = lateMs;
    const price = priceOver(startMs + t * lengthMs, startMs + (t + 1) * lengthMs);
    if (lateMs > before) gaps += 1;
    return Math.round(price * MICRO);
  });
  if (gaps > 0) assume(`${series.path}: no price for ${gaps} intervals; the last one before holds on`);
  return micro;
}

/**
 * A price of a scenario for each interval of a run, in micro per kWh.
 * @throws CommonwattError `IMPORT_…` for a file or a data source that does not have the prices.
 */
export async function tariffPrices(
  price: ScenarioPrice,
  which: "retailPrice" | "feedInPrice",
  sources: PriceSources,
): Promise<Int32Array> {
  const { time, offset, data } = sources;
  if (typeof price === "number") return new Int32Array(time.intervals).fill(Math.round(price * MICRO));
  if ("timeOfUse" in price) {
    return timeOfUsePrices(price.timeOfUse.periods, price.timeOfUse.otherwisePerKwh, time, offset);
  }
  if ("series" in price) return await seriesPrices(price.series, sources);
  const source = data.get(price.data);
  const column = source?.[which] ?? null;
  if (source === undefined || column === null) {
    throw new CommonwattError("IMPORT_NO_DATA", `${price.data}: this data source has no ${which}`);
  }
  return microPricesOf(column, source, time);
}
