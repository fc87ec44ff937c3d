import type { LinearSolver } from "@commonwatt/market";
import type { SiteId } from "@commonwatt/vpp-core";
import type { ForecastName } from "../forecasts/forecast.ts";
import type { LimitedNetwork } from "../grid/limited-network.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import type { OutsideAgent } from "../strategies/outside-agent.ts";

/** What to simulate, and how. */
export interface SimulationOptions {
  readonly neighbourhood: Neighbourhood;
  /**
   * A name of the market's mechanisms, with `:k` in thousandths where it takes one, e.g. `pay-as-bid:500`.
   * `uniform` is `uniform-price`, the auction that runs live.
   */
  readonly mechanism: string;
  readonly forecast: ForecastName;
  /** Decides what strategies draw. What the market draws follows from community and interval, as live. */
  readonly seed: string;
  /** Threads, from 1. The result is the same with any number. */
  readonly workers: number;
  readonly onProgress?: (doneIntervals: number, ofIntervals: number) => void;
  /** Keeps what each interval came to for these homes. */
  readonly trace?: { readonly homes: readonly SiteId[] | "all" };
  /** Keeps the order books of these intervals. */
  readonly books?: readonly number[];
  /** Keeps every trade between members. */
  readonly trades?: boolean;
  /** Decides for homes whose strategy is `outside`; the run has one thread then. */
  readonly agent?: OutsideAgent;
  /** For a mechanism that clears within a network: its limits, with homes in the order of `siteIds`. */
  readonly network?: { readonly limits: LimitedNetwork; readonly solver: LinearSolver };
}
