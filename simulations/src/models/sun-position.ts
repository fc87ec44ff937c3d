import type { EpochMs } from "@commonwatt/vpp-core";

/** A place on the earth; north and east are positive. */
export interface GeoLocation {
  readonly latitudeDeg: number;
  readonly longitudeDeg: number;
}

/** Where the sun stands, seen from a place. */
export interface SunPosition {
  /** Above the horizon; negative at night. Geometric, without refraction. */
  readonly elevationDeg: number;
  /** Clockwise from north: 90 is east, 180 is south. */
  readonly azimuthDeg: number;
  /** Earth to sun, in astronomical units. */
  readonly distanceAu: number;
}

const MS_PER_DAY = 86_400_000;
/** 2000-01-01T12:00:00Z, the epoch of the almanac's formulas. */
const J2000_MS = 946_728_000_000;
const RADIANS_PER_DEGREE = Math.PI / 180;

/** Turns degrees into radians. */
export function radians(degrees: number): number {
  return degrees * RADIANS_PER_DEGREE;
}

function degrees(angle: number): number {
  return angle / RADIANS_PER_DEGREE;
}

function wrapDegrees(angle: number): number {
  return ((angle % 360) + 360) % 360;
}

/**
 * The sun's position to about 0.01° between 1950 and 2050. Source: the Astronomical Almanac's
 * low-precision formulas, as given by J. J. Michalsky, Solar Energy 40 (1988) 227.
 */
export function sunPosition(time: EpochMs, location: GeoLocation): SunPosition {
  const day = (time - J2000_MS) / MS_PER_DAY;
  const meanLongitudeDeg = 280.46 + 0.9856474 * day;
  const anomaly = radians(wrapDegrees(357.528 + 0.9856003 * day));
  const ecliptic = radians(
    wrapDegrees(meanLongitudeDeg + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)),
  );
  const obliquity = radians(23.439 - 0.0000004 * day);
  const ascension = Math.atan2(Math.cos(obliquity) * Math.sin(ecliptic), Math.cos(ecliptic));
  const declination = Math.asin(Math.sin(obliquity) * Math.sin(ecliptic));
  // Greenwich mean sidereal time: 18.697374558 h at J2000 and 24.06570982441908 h a day since.
  const siderealDeg = 15 * (18.697374558 + 24.06570982441908 * day);
  const hourAngle = radians(wrapDegrees(siderealDeg + location.longitudeDeg)) - ascension;
  const latitude = radians(location.latitudeDeg);
  const east = -Math.cos(declination) * Math.sin(hourAngle);
  const north =
    Math.sin(declination) * Math.cos(latitude) -
    Math.cos(declination) * Math.sin(latitude) * Math.cos(hourAngle);
  const up =
    Math.sin(declination) * Math.sin(latitude) +
    Math.cos(declination) * Math.cos(latitude) * Math.cos(hourAngle);
  return {
    elevationDeg: degrees(Math.asin(Math.max(-1, Math.min(1, up)))),
    azimuthDeg: wrapDegrees(degrees(Math.atan2(east, north))),
    distanceAu: 1.00014 - 0.01671 * Math.cos(anomaly) - 0.00014 * Math.cos(2 * anomaly),
  };
}
