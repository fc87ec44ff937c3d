import type { ForecastRun } from "../forecasts/forecast.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import type { QuoteSheet } from "./quote-sheet.ts";
import type { StrategyName } from "./strategy-name.ts";

/** What homes know when they bid for an interval. Columns are by home; read them, never write. */
export interface BiddingMoment {
  /** Which interval of the neighbourhood is bid for. */
  readonly interval: number;
  /** Of that interval, in micro per kWh. */
  readonly retailPrice: number;
  readonly feedInPrice: number;
  /** Mean price of the last interval that had trades, or the middle of the tariff while there is none. */
  readonly referencePrice: number;
  /** What is expected of the interval, in Wh. */
  readonly expectedLoadWh: Int32Array;
  readonly expectedPvWh: Int32Array;
  /** What the battery holds when the interval begins, and the most that it can move in it, either way; in Wh. */
  readonly storedWh: Int32Array;
  readonly chargeMaxWh: Int32Array;
  readonly dischargeMaxWh: Int32Array;
}

/** What a strategy is begun with. */
export interface StrategyContext {
  readonly neighbourhood: Neighbourhood;
  /** Of the run; draw from `<seed>/<site id>/…`, so that no home's luck depends on another. */
  readonly seed: string;
  /** What is expected of any interval, as known when another is bid for. */
  readonly forecast: ForecastRun;
}

/** A way to bid. */
export interface Strategy {
  readonly name: StrategyName;
  /** Loads what the strategy needs, once in each thread, before it begins. */
  prepare?(): Promise<void>;
  /** Begins a run. What it keeps, it keeps by home: homes may be bid for in any order, on several threads. */
  begin(context: StrategyContext): StrategyRun;
}

/** A strategy in a run. */
export interface StrategyRun {
  /** Writes what a home would trade in the interval, all on one side. Allocates nothing. */
  quote(home: number, moment: BiddingMoment, quotes: QuoteSheet): void;
  /**
   * What the battery does, in W (+ is discharge), while nothing is traded and nothing else has a say. Without
   * it, or where it is `undefined`, the battery follows its own house.
   */
  idlePowerW?(home: number, moment: BiddingMoment): number | undefined;
  /** Hears what an interval came to for a home: its fills in Wh, and the mean price or −1. For those who learn. */
  cleared?(home: number, interval: number, soldWh: number, boughtWh: number, price: number): void;
}
