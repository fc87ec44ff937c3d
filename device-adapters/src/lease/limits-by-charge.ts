import { goodValue, limitedTo, type PointReadings, watts } from "@commonwatt/vpp-core";

/**
 * Readings whose limits are 0, with the reason, while the battery is full or empty: many devices say their
 * ratings only.
 */
export function limitsByCharge(points: PointReadings): PointReadings {
  const storedWh = goodValue(points.storedEnergyWh);
  const capacityWh = goodValue(points.batteryCapacityWh);
  const stored = points.storedEnergyWh;
  if (stored === undefined || storedWh === null) return points;
  const isFull = capacityWh !== null && capacityWh > 0 && storedWh >= capacityWh;
  const nothing = (reason: string): NonNullable<PointReadings["chargePowerMaxW"]> =>
    limitedTo(watts(0), reason, stored.sourceTimeMs);
  if (isFull && goodValue(points.chargePowerMaxW) !== null) {
    return { ...points, chargePowerMaxW: nothing("the battery is full") };
  }
  if (storedWh <= 0 && goodValue(points.dischargePowerMaxW) !== null) {
    return { ...points, dischargePowerMaxW: nothing("the battery is empty") };
  }
  return points;
}
