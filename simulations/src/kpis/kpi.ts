import type { SimulationResult } from "../engine/simulation-result.ts";
import type { FeederResult } from "../grid/feeder-run.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import type { RegretSample } from "./regret-sample.ts";

/** What the figures of a run are made of. */
export interface KpiInput {
  readonly neighbourhood: Neighbourhood;
  readonly result: SimulationResult;
  /** The same homes, interval by interval the same weather, with nobody trading. */
  readonly baseline: SimulationResult;
  /** What lies would have gained in some of its books; `null` when none were searched. */
  readonly regret: RegretSample | null;
  /** What the feeder of the homes went through; `null` when none is known. */
  readonly feeder: FeederResult | null;
}

/** Why a figure has no value. */
export interface Missing {
  readonly reason: string;
}

/** A figure of a run. */
export interface Kpi {
  /** Stands in `summary.json`; never changes its meaning. */
  readonly name: string;
  /** `share` is 0 to 1 unless its definition says otherwise; `currency` is that of the prices. */
  readonly unit: string;
  /** How it is computed, in the words of the columns. */
  readonly definition: string;
  /** Who defined it, or `–` for a plain sum. */
  readonly source: string;
  readonly of: (input: KpiInput) => number | Missing;
}

/** Figures about one thing. */
export interface KpiGroup {
  readonly title: string;
  readonly kpis: readonly Kpi[];
}

/** A figure with its value, or with the reason why there is none. */
export interface KpiValue {
  readonly name: string;
  readonly unit: string;
  readonly value: number | null;
  readonly reason: string | null;
}

/** A quotient; `reason` when there is nothing to divide by. */
export function share(part: number, whole: number, reason: string): number | Missing {
  return whole === 0 ? { reason } : part / whole;
}

/** The exact sum of a column of whole numbers. */
export function totalOf(column: ArrayLike<number>): bigint {
  let total = 0n;
  let part = 0;
  for (let i = 0; i < column.length; i++) {
    const value = column[i] as number;
    // Whole numbers add up exactly as floats until they leave the safe integers.
    if (Math.abs(part + value) > Number.MAX_SAFE_INTEGER) {
      total += BigInt(part);
      part = 0;
    }
    part += value;
  }
  return total + BigInt(part);
}

/** The sum of a column of Wh, in kWh. */
export function kiloWattHours(column: ArrayLike<number>): number {
  return Number(totalOf(column)) / 1_000;
}

/** The sum of a column of nano, in currency units. */
export function currency(column: ArrayLike<number>): number {
  return Number(totalOf(column)) / 1e9;
}
