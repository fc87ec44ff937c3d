import assert from "node:assert/strict";
import { type WattHours, type Watts, watts } from "@commonwatt/vpp-core";

/** What a battery is able to do. */
export interface BatteryRatings {
  readonly capacityWh: WattHours;
  /** It never discharges below, nor charges above. */
  readonly storedMinWh: WattHours;
  readonly storedMaxWh: WattHours;
  readonly chargePowerMaxW: Watts;
  readonly dischargePowerMaxW: Watts;
  /** Thousandths of the energy that reach the store, and that come out of it again; integers in 1..1000. */
  readonly chargeEfficiencyPermille: number;
  readonly dischargeEfficiencyPermille: number;
}

/** What a battery holds, in thousandths of a joule: one watt for one millisecond, so steps add up exactly. */
export interface BatteryState {
  readonly storedMillijoules: number;
}

/** What became of one step; all energies are integers and balance exactly. */
export interface BatteryStep {
  readonly state: BatteryState;
  /** + is discharge; the requested power as far as limits and stored energy allow, in whole watts. */
  readonly actualPowerW: Watts;
  /** What turned into heat: charged − discharged − gained. Never negative. */
  readonly lostMillijoules: number;
}

/** One Wh in thousandths of a joule. */
export const MILLIJOULES_PER_WH = 3_600_000;
/** Beyond this an energy times 1000 would leave the safe integers. */
const STEP_ENERGY_MAX = Math.floor(Number.MAX_SAFE_INTEGER / 1000);

function step(storedMillijoules: number, powerW: number, lostMillijoules: number): BatteryStep {
  return { state: { storedMillijoules }, actualPowerW: watts(powerW), lostMillijoules };
}

/**
 * Runs a battery for `durationMs` (a positive integer) at the requested power, or at the nearest power that
 * it can hold for all that time. Rounding always goes against the store, so energy never comes from nowhere.
 * Throws an AssertionError for a power or duration that is not an integer.
 */
export function stepBattery(
  ratings: BatteryRatings,
  state: BatteryState,
  requestedPowerW: Watts,
  durationMs: number,
): BatteryStep {
  const stored = state.storedMillijoules;
  assert(Number.isSafeInteger(requestedPowerW), "a battery is asked for whole watts");
  assert(Number.isSafeInteger(durationMs) && durationMs > 0, "a battery step lasts whole milliseconds");
  const largest = Math.max(ratings.chargePowerMaxW, ratings.dischargePowerMaxW) * durationMs;
  assert(largest <= STEP_ENERGY_MAX, "a battery step is too long to be counted exactly");
  if (requestedPowerW > 0) {
    const permille = ratings.dischargeEfficiencyPermille;
    const available = Math.max(0, stored - ratings.storedMinWh * MILLIJOULES_PER_WH);
    const longest = Math.floor((available * permille) / 1000 / durationMs);
    const powerW = Math.min(requestedPowerW, ratings.dischargePowerMaxW, longest);
    const given = powerW * durationMs;
    const taken = Math.ceil((given * 1000) / permille);
    return step(stored - taken, powerW, taken - given);
  }
  const permille = ratings.chargeEfficiencyPermille;
  const room = Math.max(0, ratings.storedMaxWh * MILLIJOULES_PER_WH - stored);
  const longest = Math.floor((room * 1000) / permille / durationMs);
  const powerW = Math.min(-requestedPowerW, ratings.chargePowerMaxW, longest);
  const given = powerW * durationMs;
  const gained = Math.floor((given * permille) / 1000);
  return step(stored + gained, powerW === 0 ? 0 : -powerW, given - gained);
}
