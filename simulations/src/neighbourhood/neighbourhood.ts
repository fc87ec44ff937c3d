import type { EpochMs, IntervalMinutes, SiteId } from "@commonwatt/vpp-core";
import type { StrategyName } from "../strategies/strategy-name.ts";

/**
 * A community over a stretch of time, as arrays. Row h of every array by home is `siteIds[h]`; ids ascend by
 * code unit, so the order in which homes were given does not matter. Interval t starts at `startMs` plus t
 * times its length. Whole numbers throughout.
 */
export interface Neighbourhood {
  /** Names the draws: an interval's seed is `<community>/<its index since the epoch>`, as in a live market. */
  readonly community: string;
  readonly intervalMinutes: IntervalMinutes;
  /** On the boundary of an interval. */
  readonly startMs: EpochMs;
  /** What the homes' clock is ahead of UTC when it begins: which days are weekends. */
  readonly utcOffsetMinutes: number;
  readonly intervals: number;
  readonly siteIds: readonly SiteId[];
  /** What each household takes, in Wh: `[t * homes + h]`. */
  readonly loadWh: Int32Array;
  /** What each inverter would give before any limit, in Wh: `[t * homes + h]`. */
  readonly pvWh: Int32Array;
  readonly batteries: BatteryColumns;
  /** What of `loadWh` are cars and heat pumps, and what became of those who depend on them. */
  readonly flexible: FlexibleColumns;
  /** What each connection allows, by home, in W. */
  readonly importPowerMaxW: Int32Array;
  readonly exportPowerMaxW: Int32Array;
  /** Prices of each interval, `[t]`, in micro per kWh. */
  readonly retailPrice: Int32Array;
  readonly feedInPrice: Int32Array;
  /** Of a kWh from the grid in each interval, in g; `null` when it is not known. */
  readonly carbonGPerKwh: Float64Array | null;
  /** By home. */
  readonly strategies: readonly StrategyName[];
  /** Millionths of what is paid for energy that the operator keeps, off the seller's credit. */
  readonly feePpm: number;
}

/** The batteries, by home. A home without one has 0 in every column but the efficiencies and the temperature. */
export interface BatteryColumns {
  /** 0: no battery. */
  readonly capacityWh: Int32Array;
  /** It never discharges below, nor charges above. */
  readonly storedMinWh: Int32Array;
  readonly storedMaxWh: Int32Array;
  readonly startStoredWh: Int32Array;
  readonly chargePowerMaxW: Int32Array;
  readonly dischargePowerMaxW: Int32Array;
  /** Thousandths of the energy that reach the store, and that come out of it again: 1 to 1000. */
  readonly chargeEfficiencyPermille: Int32Array;
  readonly dischargeEfficiencyPermille: Int32Array;
  /** What the inverter that it shares with the modules passes; 0: no limit. */
  readonly inverterPowerMaxW: Int32Array;
  /** What stays in it for its owner. */
  readonly reserveWh: Int32Array;
  /** Losses at rest and at part load, as in `BatteryRatings`; 0: none. */
  readonly standbyLossW: Int32Array;
  readonly workingLossW: Int32Array;
  readonly fullPowerLossW: Int32Array;
  /** How warm its cells are, in °C, for their ageing; 25 without a battery. */
  readonly cellTemperatureC: Int32Array;
  /** What a kWh of capacity costs to replace, in currency units; 0: not known. */
  readonly replacementPricePerKwh: Int32Array;
}

/** Loads that a control of their own had placed before the run, by home: sums over it, 0 without one. */
export interface FlexibleColumns {
  /** How many electric cars and heat pumps it has. */
  readonly cars: Int32Array;
  readonly heatPumps: Int32Array;
  /** What the chargers of cars took, and what the cars used on the road. */
  readonly carChargedWh: Int32Array;
  readonly carDrivenWh: Int32Array;
  readonly carDistanceKm: Int32Array;
  readonly carOutings: Int32Array;
  /** Outings for which a car's battery held too little, and what was charged on the way instead. */
  readonly carUnmetOutings: Int32Array;
  readonly carUnmetWh: Int32Array;
  /** What heat pumps drew, and what heat they made of it. */
  readonly heatPumpWh: Int32Array;
  readonly heatWh: Int32Array;
  /** How long it was colder inside than people put up with. */
  readonly coldMinutes: Int32Array;
}
