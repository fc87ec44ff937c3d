import { goodValue } from "../der/measured.ts";
import type { DurationMs, EpochMs } from "../time/clock.ts";
import type { DeliveryInterval } from "../time/delivery-interval.ts";
import { type WattHours, wattHours } from "../units/energy.ts";
import type { SiteImage } from "./site-image.ts";

/** What a site has lately produced and consumed. */
export interface RecentPower {
  readonly takenAtMs: EpochMs;
  /** Means over the last quarter of an hour. */
  readonly pvPowerW: number;
  readonly loadPowerW: number;
}

/** What is expected of one delivery interval. */
export interface Forecast {
  readonly pvWh: WattHours;
  readonly loadWh: WattHours;
}

/** Forecasts an interval from what was measured lately. */
export type Forecaster = (interval: DeliveryInterval, recent: RecentPower) => Forecast;

/** The forecast that needs nothing: the next interval is as the last minutes were. */
export const persistence: Forecaster = (interval, recent) => {
  const hours = (interval.endMs - interval.startMs) / 3_600_000;
  return {
    pvWh: wattHours(Math.round(recent.pvPowerW * hours)),
    loadWh: wattHours(Math.round(Math.max(0, recent.loadPowerW) * hours)),
  };
};

/** Keeps the images of the last minutes and gives their mean. */
export interface PowerHistory {
  add(image: SiteImage): void;
  /** `null` until something good was measured. */
  recent(): RecentPower | null;
}

/** A history over `span`. A site without solar modules counts as producing 0 W. */
export function powerHistory(span: DurationMs): PowerHistory {
  const samples: { atMs: EpochMs; pvW: number; loadW: number }[] = [];
  return {
    add(image) {
      const gridW = goodValue(image.gridPowerW);
      if (gridW === null) return;
      const pvW = goodValue(image.pvPowerW) ?? 0;
      const loadW = gridW + pvW + (goodValue(image.batteryPowerW) ?? 0);
      samples.push({ atMs: image.takenAtMs, pvW, loadW });
      while (samples[0] !== undefined && samples[0].atMs < image.takenAtMs - span) samples.shift();
    },
    recent() {
      const last = samples.at(-1);
      if (last === undefined) return null;
      const mean = (of: (sample: { pvW: number; loadW: number }) => number): number =>
        samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
      return {
        takenAtMs: last.atMs,
        pvPowerW: mean((sample) => sample.pvW),
        loadPowerW: mean((sample) => sample.loadW),
      };
    },
  };
}
