import type { EpochMs, Watts } from "@commonwatt/vpp-core";
import { ambientTemperatureC } from "./ambient-temperature.ts";
import { type Irradiance, irradiance } from "./clear-sky.ts";
import { type GeoLocation, radians, type SunPosition, sunPosition } from "./sun-position.ts";

/** Solar modules on one roof, with the inverter behind them. */
export interface PvArray {
  /** Power under standard test conditions. */
  readonly peakW: Watts;
  /** From the horizontal. */
  readonly tiltDeg: number;
  /** The way the roof faces, clockwise from north: 180 is south. */
  readonly azimuthDeg: number;
  /** What the inverter can put out; more sun than that is lost. */
  readonly inverterPowerMaxW: Watts;
}

/** Of the ground around a house. */
const ALBEDO = 0.2;
/** Irradiance and temperature of the standard test conditions. */
const STANDARD_WM2 = 1000;
const STANDARD_C = 25;
/** Crystalline silicon: power lost per kelvin. */
const POWER_PER_KELVIN = -0.0037;
/** A roof module's warming per W/m²: 25 K at 800 W/m², i.e. a nominal operating temperature of 45 °C. */
const KELVIN_PER_WM2 = 25 / 800;
/** Soiling, mismatch, wiring and the like, and the inverter (PVWatts 5: 14 % and 96 %). */
const SYSTEM_SHARE = 0.86 * 0.96;

/** Cosine of the angle between the sun's rays and the module's normal; 0 when the sun is behind it. */
function incidence(array: PvArray, sun: SunPosition): number {
  const tilt = radians(array.tiltDeg);
  const elevation = radians(sun.elevationDeg);
  const turn = radians(sun.azimuthDeg - array.azimuthDeg);
  const cosine = Math.sin(elevation) * Math.cos(tilt) + Math.cos(elevation) * Math.sin(tilt) * Math.cos(turn);
  return Math.max(0, cosine);
}

/**
 * Power that an array delivers, in W, not rounded; 0 at night. Plane-of-array irradiance with an isotropic
 * sky (Liu and Jordan, Solar Energy 7 (1963) 53), module temperature from irradiance, then the loss model of
 * PVWatts 5 (A. Dobos, NREL/TP-6A20-62641, 2014), clipped at the inverter.
 */
export function pvPowerW(
  array: PvArray,
  location: GeoLocation,
  time: EpochMs,
  clearSkyIndex: number,
): number {
  const sun = sunPosition(time, location);
  if (sun.elevationDeg <= 0) return 0;
  return arrayPowerW(array, sun, irradiance(sun, clearSkyIndex), ambientTemperatureC(time, location));
}

/** The power of {@link pvPowerW} under a sun that is up, its light and the air: for many arrays at one time. */
export function arrayPowerW(array: PvArray, sun: SunPosition, light: Irradiance, ambientC: number): number {
  const cosTilt = Math.cos(radians(array.tiltDeg));
  const planeWm2 =
    light.directWm2 * incidence(array, sun) +
    (light.diffuseWm2 * (1 + cosTilt)) / 2 +
    (light.globalWm2 * ALBEDO * (1 - cosTilt)) / 2;
  const moduleC = ambientC + KELVIN_PER_WM2 * planeWm2;
  const warmth = 1 + POWER_PER_KELVIN * (moduleC - STANDARD_C);
  const powerW = array.peakW * (planeWm2 / STANDARD_WM2) * warmth * SYSTEM_SHARE;
  return Math.min(array.inverterPowerMaxW, Math.max(0, powerW));
}
