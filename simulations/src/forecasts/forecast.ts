import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";

/** How homes look ahead; each is one file and one line in `FORECASTS`. */
export type ForecastName = "perfect" | "persistence" | "seasonal" | "analogue";

/** A way to look ahead. */
export interface Forecast {
  readonly name: ForecastName;
  /** Loads what the forecast needs, once in each thread, before it begins. */
  prepare?(): Promise<void>;
  /** Begins a run over a neighbourhood. */
  begin(neighbourhood: Neighbourhood, seed: string): ForecastRun;
}

/** A forecast in a run. */
export interface ForecastRun {
  /**
   * Writes what is expected of an interval for the homes `fromHome` to `toHome` − 1, in Wh, each at its home's
   * place. `now` is the interval that is bid for, `of` that one or a later one: what lies before `now` may be
   * used, and nothing else but by a forecast that says so. `false`, and nothing written, while nothing is known:
   * nobody bids then.
   */
  expect(
    now: number,
    of: number,
    fromHome: number,
    toHome: number,
    loadWh: Int32Array,
    pvWh: Int32Array,
  ): boolean;
  /** How sure it is, where it says so: what it expects is the median then. Else it names one number. */
  readonly spread?: ForecastSpread;
}

/** The quantiles 0.1 and 0.9 by home in Wh, of the last interval that was expected with `of` = `now`. */
export interface ForecastSpread {
  readonly loadLowWh: Int32Array;
  readonly loadHighWh: Int32Array;
  readonly pvLowWh: Int32Array;
  readonly pvHighWh: Int32Array;
}

/** The first day before an interval of which everything up to that time of day is known, counted back from it. */
export function firstKnownDay(now: number, of: number, perDay: number): number {
  return Math.floor((of - now) / perDay) + 1;
}
