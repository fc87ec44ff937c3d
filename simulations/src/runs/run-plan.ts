import type { ForecastName } from "../forecasts/forecast.ts";
import type { StrategyName } from "../strategies/strategy-name.ts";

/** One run as plain data: the same plan on the same data gives the same bits. */
export interface RunPlan {
  /** The folder of the data. */
  readonly data: string;
  readonly mechanism: string;
  readonly strategy: StrategyName;
  readonly forecast: ForecastName;
  readonly seed: string;
  /** From the start of the data; all of it when `null`. */
  readonly days: number | null;
  /** Shuffles the order in which homes are given, which must not matter; `null` leaves it. */
  readonly shuffle: string | null;
  /** In how many books lies are searched. */
  readonly lieBooks: number;
}
