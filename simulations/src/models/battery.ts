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
  /** What its electronics draw from the store while it rests; whole watts, none when left out. */
  readonly standbyLossW?: number;
  /**
   * Losses at part load, beside the efficiencies: while it moves energy the store gives `workingLossW`, however little
   * is moved, and a loss that grows with the square of the power, `fullPowerLossW` at the larger of the two limits. Whole
   * watts, none when left out. The shape is that of G. Notton, V. Lazarov and L. Stoyanov, Renewable Energy 35 (2010) 541, who
   * fit inverters by p / (p + p0 + k p²): their types 1 to 3 have p0 of 1.45, 0.72 and 0.88 % and k of 4.37, 3.45 and 11.49 % of the rated power.
   */
  readonly workingLossW?: number;
  readonly fullPowerLossW?: number;
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
  const {
    chargePowerMaxW,
    dischargePowerMaxW,
    standbyLossW = 0,
    workingLossW = 0,
    fullPowerLossW = 0,
  } = ratings;
  const largestW = Math.max(chargePowerMaxW, dischargePowerMaxW, standbyLossW, workingLossW + fullPowerLossW);
  assert(largestW * durationMs <= STEP_ENERGY_MAX, "a battery step is too long to be counted exactly");
  const powerW = batteryPowerW(ratings, requestedPowerW, stored, durationMs);
  const after = storedAfter(ratings, stored, powerW, durationMs);
  return {
    state: { storedMillijoules: after },
    actualPowerW: watts(powerW),
    lostMillijoules: stored - after - powerW * durationMs,
  };
}

/** The power of {@link stepBattery} on bare numbers, without allocating: + is discharge, in whole watts. */
export function batteryPowerW(
  ratings: BatteryRatings,
  requestedPowerW: number,
  storedMillijoules: number,
  durationMs: number,
): number {
  const hasCurve = (ratings.workingLossW ?? 0) + (ratings.fullPowerLossW ?? 0) > 0;
  if (requestedPowerW > 0) {
    const available = Math.max(0, storedMillijoules - ratings.storedMinWh * MILLIJOULES_PER_WH);
    const limitW = Math.min(requestedPowerW, ratings.dischargePowerMaxW);
    if (hasCurve) return curvedDischargeW(ratings, limitW, storedMillijoules, available, durationMs);
    return Math.min(
      limitW,
      Math.floor((available * ratings.dischargeEfficiencyPermille) / 1000 / durationMs),
    );
  }
  const room = Math.max(0, ratings.storedMaxWh * MILLIJOULES_PER_WH - storedMillijoules);
  const limitW = Math.min(0 - requestedPowerW, ratings.chargePowerMaxW);
  if (hasCurve) return 0 - curvedChargeW(ratings, limitW, storedMillijoules, room, durationMs);
  return 0 - Math.min(limitW, Math.floor((room * 1000) / ratings.chargeEfficiencyPermille / durationMs));
}

/** Most that can be given: p / efficiency + working loss + square loss is what is available, solved for p. */
function curvedDischargeW(
  ratings: BatteryRatings,
  limitW: number,
  storedMillijoules: number,
  available: number,
  durationMs: number,
): number {
  const restW = available / durationMs - (ratings.workingLossW ?? 0);
  if (restW <= 0) return 0;
  const perWatt = 1000 / ratings.dischargeEfficiencyPermille;
  const root = Math.sqrt(perWatt * perWatt + 4 * squareLoss(ratings) * restW);
  let powerW = Math.min(limitW, Math.floor((2 * restW) / (perWatt + root)));
  // What the root was rounded by.
  while (
    powerW > 0 &&
    storedAfter(ratings, storedMillijoules, powerW, durationMs) < storedMillijoules - available
  )
    powerW -= 1;
  return powerW;
}

/** Most that can be taken: efficiency p − working loss − square loss is the room, solved for p; 0 when nothing of it would be stored. */
function curvedChargeW(
  ratings: BatteryRatings,
  limitW: number,
  storedMillijoules: number,
  room: number,
  durationMs: number,
): number {
  const neededW = room / durationMs + (ratings.workingLossW ?? 0);
  const perWatt = ratings.chargeEfficiencyPermille / 1000;
  const discriminant = perWatt * perWatt - 4 * squareLoss(ratings) * neededW;
  // Below zero: no power at all would fill it.
  let powerW =
    discriminant < 0
      ? limitW
      : Math.min(limitW, Math.floor((2 * neededW) / (perWatt + Math.sqrt(discriminant))));
  while (
    powerW > 0 &&
    storedAfter(ratings, storedMillijoules, -powerW, durationMs) > storedMillijoules + room
  )
    powerW -= 1;
  return storedAfter(ratings, storedMillijoules, -powerW, durationMs) > storedMillijoules ? powerW : 0;
}

/** Loss in W per W² of power. */
function squareLoss(ratings: BatteryRatings): number {
  const powerMaxW = Math.max(ratings.chargePowerMaxW, ratings.dischargePowerMaxW);
  return powerMaxW === 0 ? 0 : (ratings.fullPowerLossW ?? 0) / (powerMaxW * powerMaxW);
}

/**
 * What a battery holds after so long at a power that it can hold, on bare numbers. At rest its electronics empty it
 * below `storedMinWh` in the end, and stop when nothing is left.
 */
export function storedAfter(
  ratings: BatteryRatings,
  storedMillijoules: number,
  powerW: number,
  durationMs: number,
): number {
  if (powerW === 0) return Math.max(0, storedMillijoules - (ratings.standbyLossW ?? 0) * durationMs);
  const given = powerW * durationMs;
  const workingW = (ratings.workingLossW ?? 0) * durationMs;
  const lost = workingW + Math.ceil(squareLoss(ratings) * powerW * powerW * durationMs);
  if (powerW > 0)
    return storedMillijoules - Math.ceil((given * 1000) / ratings.dischargeEfficiencyPermille) - lost;
  return Math.max(
    0,
    storedMillijoules + Math.floor((-given * ratings.chargeEfficiencyPermille) / 1000) - lost,
  );
}
