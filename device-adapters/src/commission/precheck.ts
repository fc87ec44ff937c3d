import { CommonwattError, goodValue, type PointReadings } from "@commonwatt/vpp-core";

/** Near its ends a battery gives and takes less than it is told. */
const CHARGE_MIN_PERCENT = 10;
const CHARGE_MAX_PERCENT = 95;
/** A smaller step drowns in what a house does. */
const POWER_MIN_W = 100;

/** What a step test may do. */
export interface StepAllowance {
  /** The power of the step: as asked, or as much as the battery takes and gives now. */
  readonly powerW: number;
  readonly statePercent: number;
}

/**
 * Decides whether a battery may be stepped now, and by how much.
 * @throws CommonwattError `COMMISSION_CHARGE_UNKNOWN`, `COMMISSION_BATTERY_FULL`, `COMMISSION_BATTERY_EMPTY` or
 *   `COMMISSION_LIMIT_TOO_LOW`.
 */
export function allowedStep(points: PointReadings, wishedW: number): StepAllowance {
  const storedWh = goodValue(points.storedEnergyWh);
  const capacityWh = goodValue(points.batteryCapacityWh);
  if (storedWh === null || capacityWh === null || capacityWh <= 0) {
    const why =
      points.storedEnergyWh?.reason ?? points.batteryCapacityWh?.reason ?? "the device does not say";
    throw new CommonwattError("COMMISSION_CHARGE_UNKNOWN", `nobody knows how full the battery is: ${why}`);
  }
  const statePercent = Math.round((100 * storedWh) / capacityWh);
  const chargeMaxW = goodValue(points.chargePowerMaxW);
  const dischargeMaxW = goodValue(points.dischargePowerMaxW);
  if (statePercent > CHARGE_MAX_PERCENT) {
    throw refusal(
      "COMMISSION_BATTERY_FULL",
      `the battery takes no step: it is at ${statePercent} %`,
      statePercent,
    );
  }
  if (statePercent < CHARGE_MIN_PERCENT) {
    throw refusal(
      "COMMISSION_BATTERY_EMPTY",
      `the battery gives no step: it is at ${statePercent} %`,
      statePercent,
    );
  }
  const powerW = Math.min(wishedW, chargeMaxW ?? wishedW, dischargeMaxW ?? wishedW);
  if (powerW < POWER_MIN_W) {
    const why = points.chargePowerMaxW?.reason ?? points.dischargePowerMaxW?.reason ?? null;
    throw refusal(
      "COMMISSION_LIMIT_TOO_LOW",
      `the battery moves ${powerW} W at most now; a step needs ${POWER_MIN_W} W${why === null ? "" : `: ${why}`}`,
      statePercent,
    );
  }
  return { powerW, statePercent };
}

function refusal(code: string, message: string, statePercent: number): CommonwattError {
  return new CommonwattError(code, message, { details: { statePercent }, retryable: true });
}
