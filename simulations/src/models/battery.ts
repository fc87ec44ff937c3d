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
  const powerW = batteryPowerW(
    requestedPowerW,
    stored,
    ratings.storedMinWh,
    ratings.storedMaxWh,
    ratings.chargePowerMaxW,
    ratings.dischargePowerMaxW,
    ratings.chargeEfficiencyPermille,
    ratings.dischargeEfficiencyPermille,
    durationMs,
  );
  const after = storedAfter(
    stored,
    powerW,
    ratings.chargeEfficiencyPermille,
    ratings.dischargeEfficiencyPermille,
    durationMs,
  );
  return {
    state: { storedMillijoules: after },
    actualPowerW: watts(powerW),
    lostMillijoules: stored - after - powerW * durationMs,
  };
}

/** The power of {@link stepBattery} on bare numbers: + is discharge, in whole watts. */
export function batteryPowerW(
  requestedPowerW: number,
  storedMillijoules: number,
  storedMinWh: number,
  storedMaxWh: number,
  chargePowerMaxW: number,
  dischargePowerMaxW: number,
  chargePermille: number,
  dischargePermille: number,
  durationMs: number,
): number {
  if (requestedPowerW > 0) {
    const available = Math.max(0, storedMillijoules - storedMinWh * MILLIJOULES_PER_WH);
    const longest = Math.floor((available * dischargePermille) / 1000 / durationMs);
    return Math.min(requestedPowerW, dischargePowerMaxW, longest);
  }
  const room = Math.max(0, storedMaxWh * MILLIJOULES_PER_WH - storedMillijoules);
  const longest = Math.floor((room * 1000) / chargePermille / durationMs);
  return 0 - Math.min(0 - requestedPowerW, chargePowerMaxW, longest);
}

/** What a battery holds after so long at a power that it can hold, on bare numbers. */
export function storedAfter(
  storedMillijoules: number,
  powerW: number,
  chargePermille: number,
  dischargePermille: number,
  durationMs: number,
): number {
  const given = powerW * durationMs;
  if (powerW > 0) return storedMillijoules - Math.ceil((given * 1000) / dischargePermille);
  return storedMillijoules + Math.floor((-given * chargePermille) / 1000);
}
