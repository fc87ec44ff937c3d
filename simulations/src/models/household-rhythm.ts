import { type GeoLocation, radians } from "./sun-position.ts";
import { weekdayOf } from "./weekday.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const YEAR_DAYS = 365.2425;
/** Where a household is that does not say: the middle of Europe. */
const USUAL_LOCATION: GeoLocation = { latitudeDeg: 48, longitudeDeg: 9 };

/**
 * What one occupant uses beside the named appliances, in units of 65 W, in the middle of each hour of a day: working
 * days, Saturdays, Sundays. With the appliances and the two figures below it was fitted to the standard profile H0 of German households
 * (VDEW 1999, BDEW), by season and kind of day.
 */
const OCCUPANT_W = 65;
const WORKING_DAY: readonly number[] = [
  0.44, 0.14, 0.04, 0.02, 0.03, 0.23, 0.91, 1.5, 1.58, 1.44, 1.29, 0.59, 0.79, 1.01, 1.13, 0.95, 1.0, 0.43,
  0.3, 0.16, 0.13, 0.9, 0.63, 0.5,
];
const SATURDAY: readonly number[] = [
  0.62, 0.34, 0.1, 0.04, 0.03, 0.07, 0.13, 0.6, 1.34, 1.79, 1.97, 1.39, 1.51, 1.72, 1.89, 1.72, 1.82, 1.38,
  1.14, 0.65, 0.29, 0.75, 0.73, 0.85,
];
const SUNDAY: readonly number[] = [
  0.85, 0.43, 0.16, 0.06, 0.03, 0.02, 0.04, 0.1, 0.82, 1.85, 2.5, 2.28, 2.24, 1.73, 1.47, 1.12, 0.96, 0.29,
  0.07, 0.02, 0.02, 0.72, 0.53, 0.42,
];
/** What an occupant uses more while it is dark outside, in W, in the middle of each hour. */
const DARK_W: readonly number[] = [
  0, 0, 0, 0, 0, 0, 10, 35, 40, 0, 0, 0, 0, 0, 10, 60, 70, 64, 80, 77, 40, 12, 28, 25,
];
/** What occupants and appliances use is so much more in the middle of January, and less half a year later. */
const SEASON_SWING = 0.2;
const SWING_DAY = 15;

/** The value of a table for the hours of a day, by straight lines between the middles of hours. */
function ofHour(table: readonly number[], dayMs: number): number {
  const hours = dayMs / HOUR_MS - 0.5;
  const hour = Math.floor(hours);
  const from = table[(hour + 24) % 24] ?? 0;
  const to = table[(hour + 25) % 24] ?? 0;
  return from + (hours - hour) * (to - from);
}

function timeOfDay(localMs: number): number {
  return ((localMs % DAY_MS) + DAY_MS) % DAY_MS;
}

/** What one occupant uses beside the named appliances on a mean day of this kind and hour, in W, before the season. */
export function occupantW(localMs: number): number {
  const weekday = weekdayOf(localMs);
  const table = weekday === 0 ? SUNDAY : weekday === 6 ? SATURDAY : WORKING_DAY;
  return OCCUPANT_W * ofHour(table, timeOfDay(localMs));
}

/** How much occupants and appliances use at this time of the year, of the mean; mirrored south of the equator. */
export function seasonShare(localMs: number, { latitudeDeg }: GeoLocation = USUAL_LOCATION): number {
  const angle = (2 * Math.PI * (localMs / DAY_MS - SWING_DAY)) / YEAR_DAYS;
  return 1 + (latitudeDeg < 0 ? -SEASON_SWING : SEASON_SWING) * Math.cos(angle);
}

/** How dark it is outside, from 0 by day to 1 by night; in between while the sun is within 6° of the horizon. */
function darkness(localMs: number, utcOffsetMs: number, location: GeoLocation = USUAL_LOCATION): number {
  const declination = radians(-23.44) * Math.cos((2 * Math.PI * (localMs / DAY_MS + 10)) / YEAR_DAYS);
  const latitude = radians(location.latitudeDeg);
  const solarMs = timeOfDay(localMs) - utcOffsetMs + (location.longitudeDeg / 360) * DAY_MS;
  const sine =
    Math.sin(latitude) * Math.sin(declination) -
    Math.cos(latitude) * Math.cos(declination) * Math.cos((2 * Math.PI * solarMs) / DAY_MS);
  const edge = Math.sin(radians(6));
  return Math.max(0, Math.min(1, (edge - sine) / (2 * edge)));
}

/** What one occupant uses because it is dark, in W. */
export function darkW(localMs: number, utcOffsetMs: number, location?: GeoLocation): number {
  const mostW = ofHour(DARK_W, timeOfDay(localMs));
  return mostW === 0 ? 0 : mostW * darkness(localMs, utcOffsetMs, location);
}
