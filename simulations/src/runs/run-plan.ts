import type { ForecastName } from "../forecasts/forecast.ts";
import type { StrategyName } from "../strategies/strategy-name.ts";

/**
 * One run as plain data: the same plan on the same data gives the same bits. What is `null` is as the scenario says, or
 * {@link USUAL_SETTINGS} for data without one.
 */
export interface RunPlan {
  /** A scenario file, or else measured data; one of the two. */
  readonly scenario: string | null;
  readonly data: string | null;
  readonly mechanism: string | null;
  /** Of all homes. */
  readonly strategy: StrategyName | null;
  readonly forecast: ForecastName | null;
  readonly seed: string | null;
  readonly days: number | null;
  /** A folder that describes the feeder of the homes; data that has one needs none. */
  readonly feeder: string | null;
  /** Gives the homes in another order, which must not matter. */
  readonly shuffle: string | null;
  /** In how many books lies are searched. */
  readonly lieBooks: number;
}

/** A plan that says nothing but what its scenario says. */
export const NO_PLAN: Omit<RunPlan, "scenario"> = {
  ...{ data: null, mechanism: null, strategy: null, forecast: null, seed: null },
  ...{ days: null, feeder: null, shuffle: null, lieBooks: 0 },
};

/** What a run goes by beside its neighbourhood. */
export interface RunSettings {
  readonly mechanism: string;
  readonly forecast: ForecastName;
  readonly seed: string;
  readonly lieBooks: number;
  /** SHA-256 of the feeder; `null` without one. */
  readonly feederHash: string | null;
}

/** How measured data is run when nobody says how. */
export const USUAL_SETTINGS = {
  mechanism: "uniform",
  strategy: "truthful",
  forecast: "persistence",
  seed: "1",
} as const;
