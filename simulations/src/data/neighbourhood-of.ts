import { type EpochMs, INTERVAL_MINUTES, type IntervalMinutes, intervalLength } from "@commonwatt/vpp-core";
import { createNeighbourhood } from "../neighbourhood/create-neighbourhood.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import type { StrategyName } from "../strategies/strategy-name.ts";
import type { DataSet, DataSite } from "./data-set.ts";
import { type RunTime, runTimeIn } from "./data-window.ts";
import { resampleMean, resampleToWholeWh } from "./resample.ts";

/** How a data set becomes a neighbourhood; what is left out is taken from the data, else from {@link USUAL}. */
export interface NeighbourhoodOptions {
  readonly strategy: StrategyName;
  readonly intervalMinutes?: IntervalMinutes;
  readonly fromMs?: EpochMs;
  readonly days?: number;
  readonly feePpm?: number;
}

/** What is taken where data says nothing. */
export const USUAL = {
  /** Three phases of 25 A at 230 V; more where a home's own data shows more. */
  connectionPowerMaxW: 17_250,
  /** Currency units per kWh. */
  retailPrice: 0.3,
  feedInPrice: 0.05,
} as const;

const MICRO = 1_000_000;
const HOUR_MS = 3_600_000;

/** The length of a data set's steps as an interval; the longest that divides them when it is none. */
function intervalMinutesOf(stepMs: number): IntervalMinutes {
  const fitting = INTERVAL_MINUTES.filter((minutes) => stepMs % intervalLength(minutes) === 0);
  return fitting.at(-1) ?? INTERVAL_MINUTES[0];
}

/** The column of one home as whole Wh of the intervals of a run. */
export function wholeWhOf(energyWh: Float64Array, data: DataSet, time: RunTime): Int32Array {
  const out = new Int32Array(time.intervals);
  resampleToWholeWh(energyWh, data.stepMs, targetOf(data, time), out);
  return out;
}

function targetOf(data: DataSet, time: RunTime): { fromMs: number; intervalMs: number; intervals: number } {
  return {
    fromMs: time.startMs - data.startMs,
    intervalMs: intervalLength(time.intervalMinutes),
    intervals: time.intervals,
  };
}

/** A column of prices of a data set in micro per kWh, for each interval of a run. */
export function microPricesOf(prices: Float64Array, data: DataSet, time: RunTime): Int32Array {
  return Int32Array.from(resampleMean(prices, data.stepMs, targetOf(data, time)), (price) =>
    Math.round(price * MICRO),
  );
}

/** What a connection has to allow for what the meter has shown, in W: the usual one, or more. */
export function connectionFor(energyWh: Int32Array, intervalMinutes: IntervalMinutes): number {
  const most = energyWh.reduce((peak, value) => Math.max(peak, value), 0);
  return Math.max(USUAL.connectionPowerMaxW, Math.ceil((most * HOUR_MS) / intervalLength(intervalMinutes)));
}

/** Carbon intensity for each interval of a run; `null` when the data has none. */
export function carbonOf(data: DataSet, time: RunTime): Float64Array | null {
  return data.carbonGPerKwh === null
    ? null
    : resampleMean(data.carbonGPerKwh, data.stepMs, targetOf(data, time));
}

/**
 * A neighbourhood of the homes of a data set. Feed-in prices that the data does not have are the usual ones,
 * never above the retail price.
 * @throws CommonwattError `IMPORT_OUT_OF_TIME`, `SIMULATION_NEIGHBOURHOOD_INVALID`.
 */
export function neighbourhoodOf(data: DataSet, options: NeighbourhoodOptions): Neighbourhood {
  const time = runTimeIn(data, options.intervalMinutes ?? intervalMinutesOf(data.stepMs), options);
  const retailPrice =
    data.retailPrice === null
      ? new Int32Array(time.intervals).fill(USUAL.retailPrice * MICRO)
      : microPricesOf(data.retailPrice, data, time);
  const feedInPrice =
    data.feedInPrice === null
      ? retailPrice.map((price) => Math.min(price, USUAL.feedInPrice * MICRO))
      : microPricesOf(data.feedInPrice, data, time);
  return createNeighbourhood(
    {
      community: data.name,
      ...time,
      retailPrice,
      feedInPrice,
      carbonGPerKwh: carbonOf(data, time),
      feePpm: options.feePpm ?? 0,
    },
    data.sites.map((site) => homeOf(site, data, time, options.strategy)),
  );
}

function homeOf(
  { id, loadWh, pvWh, battery }: DataSite,
  data: DataSet,
  time: RunTime,
  strategy: StrategyName,
): Parameters<typeof createNeighbourhood>[1][number] {
  const wholeLoadWh = wholeWhOf(loadWh, data, time);
  const wholePvWh = pvWh === null ? null : wholeWhOf(pvWh, data, time);
  return {
    siteId: id,
    loadWh: wholeLoadWh,
    pvWh: wholePvWh,
    battery:
      battery === null
        ? null
        : { ...battery, startStoredWh: battery.storedMinWh, reserveWh: 0, inverterPowerMaxW: null },
    importPowerMaxW: connectionFor(wholeLoadWh, time.intervalMinutes),
    exportPowerMaxW: connectionFor(wholePvWh ?? new Int32Array(0), time.intervalMinutes),
    strategy,
  };
}
