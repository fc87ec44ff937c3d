import type { ForecastRun } from "../forecasts/forecast.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import type { BiddingMoment } from "./bidding-moment.ts";
import type { OutsideAgent } from "./outside-agent.ts";
import type { QuoteSheet } from "./quote-sheet.ts";
import type { StrategyName } from "./strategy-name.ts";

/** What a strategy is begun with. */
export interface StrategyContext {
  readonly neighbourhood: Neighbourhood;
  /** Of the run; draw from `<seed>/<site id>/…`, so that no home's luck depends on another. */
  readonly seed: string;
  /** What is expected of any interval, as known when another is bid for. */
  readonly forecast: ForecastRun;
  /** Who decides for homes from outside, where there is one. */
  readonly agent?: OutsideAgent | undefined;
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
  /**
   * Hears what a home gained (+) or paid (−) in an interval in all, its retailer's rest included, in nano; before the
   * next one is bid for. On one thread only: on several an interval is accounted later.
   */
  settled?(home: number, gainNano: number): void;
}
