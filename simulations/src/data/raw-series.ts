import type { EpochMs } from "@commonwatt/vpp-core";

/**
 * What a column of measured energy is about, seen from the house: what the household takes, what its inverter
 * gives, what crosses the meter each way, what goes into and comes out of a battery.
 */
export const QUANTITIES = ["load", "pv", "import", "export", "charge", "discharge"] as const;

/** What a column of measured energy is about. */
export type Quantity = (typeof QUANTITIES)[number];

/**
 * One column of measured energy as a file has it, with all that is wrong in it. Rows are in the order of the
 * file; what a cell could not say is NaN.
 */
export interface RawSeries {
  readonly site: string;
  readonly quantity: Quantity;
  /** `interval`: energy of the step that begins at the time. `register`: what a counter showed at the time. */
  readonly kind: "interval" | "register";
  readonly timesMs: ArrayLike<number>;
  readonly valuesWh: ArrayLike<number>;
}

/** The steps that all series of a data set are brought to. */
export interface Grid {
  readonly startMs: EpochMs;
  readonly stepMs: number;
  readonly steps: number;
}
