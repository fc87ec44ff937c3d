import type { BiddingMoment } from "./bidding-moment.ts";

/** What a home bids, and what its battery does where nothing of that is traded. */
export interface OutsideAction {
  /** All on one side, and the best first: what the connection cannot move is cut off from the last. */
  readonly orders: readonly {
    readonly side: "bid" | "offer";
    /** Above 0. */
    readonly energyWh: number;
    /** In micro per kWh. */
    readonly limitPrice: number;
  }[];
  /** In W, + is discharge; `null`: it follows its own house. */
  readonly batteryPowerW: number | null;
}

/** What an interval came to for a home. */
export interface OutsideResult {
  readonly interval: number;
  readonly soldWh: number;
  readonly boughtWh: number;
  /** Mean price of what was traded between members, in micro per kWh; `null` when nothing was. */
  readonly price: number | null;
  /** What it gained (+) or paid (−) in all, in nano. */
  readonly gainNano: number;
}

/** Decides for all homes whose strategy is `outside`. The run waits for each answer. */
export interface OutsideAgent {
  /**
   * What these homes, rows of the neighbourhood, do in an interval, in their order.
   * @param results - what the interval before came to for each; `null` before the first.
   */
  decide(
    homes: readonly number[],
    moment: BiddingMoment,
    results: readonly (OutsideResult | null)[],
  ): readonly OutsideAction[];
  /** Hears what the last interval came to. */
  ended(homes: readonly number[], results: readonly (OutsideResult | null)[]): void;
}
