import type { EpochMs } from "@commonwatt/vpp-core";
import type { GeoLocation } from "./sun-position.ts";

const DAY_MS = 86_400_000;
const YEAR_MS = 365.2425 * DAY_MS;
/** Warmest in the third week of July and at 15 h of local solar time; half a year later south of the equator. */
const WARMEST_DAY = 200;
const WARMEST_HOUR = 15;

/**
 * Air temperature in °C: a yearly and a daily wave, with the means and swings of central Europe's lowlands
 * (10 ± 10 °C over the year, ± 5 °C over the day). Enough for what warmth takes from a solar module.
 */
export function ambientTemperatureC(time: EpochMs, location: GeoLocation): number {
  const solarMs = time + (location.longitudeDeg / 360) * DAY_MS;
  const yearAngle = (2 * Math.PI * (solarMs - WARMEST_DAY * DAY_MS)) / YEAR_MS;
  const dayAngle = 2 * Math.PI * (solarMs / DAY_MS - WARMEST_HOUR / 24);
  const season = location.latitudeDeg < 0 ? -1 : 1;
  return 10 + season * 10 * Math.cos(yearAngle) + 5 * Math.cos(dayAngle);
}
