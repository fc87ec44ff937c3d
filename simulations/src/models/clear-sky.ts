import { radians, type SunPosition } from "./sun-position.ts";

/** Irradiance on the ground, in W/m². */
export interface Irradiance {
  /** On a horizontal plane, from everywhere. */
  readonly globalWm2: number;
  /** On a plane that faces the sun, from the sun's disc. */
  readonly directWm2: number;
  /** On a horizontal plane, from the sky. */
  readonly diffuseWm2: number;
}

/** Total solar irradiance at one astronomical unit (Kopp and Lean, Geophys. Res. Lett. 38 (2011) L01706). */
const SOLAR_CONSTANT_WM2 = 1361;
/** Below this the horizon makes direct light meaningless and the quotient below unstable. */
const SINE_MIN = Math.sin(radians(1));

/**
 * Global irradiance under a cloudless sky, 0 at night, in W/m². Source: B. Haurwitz, J. Meteorology 2
 * (1945) 154, with the coefficients of M. J. Reno et al., Sandia report SAND2012-2389, eq. 10.
 */
export function clearSkyGlobalWm2(sun: SunPosition): number {
  const sine = Math.sin(radians(sun.elevationDeg));
  return sine <= 0 ? 0 : 1098 * sine * Math.exp(-0.059 / sine);
}

/**
 * Share of diffuse light in the global irradiance, from the clearness index (ground over top of the
 * atmosphere). Source: D. G. Erbs, S. A. Klein, J. A. Duffie, Solar Energy 28 (1982) 293.
 */
export function diffuseShare(clearness: number): number {
  if (clearness <= 0.22) return 1 - 0.09 * Math.max(0, clearness);
  if (clearness > 0.8) return 0.165;
  return 0.9511 + clearness * (-0.1604 + clearness * (4.388 + clearness * (-16.638 + clearness * 12.336)));
}

/**
 * Irradiance under a sky that lets `clearSkyIndex` of the cloudless irradiance through (1 is cloudless).
 * Clouds make the light both weaker and more diffuse.
 */
export function irradiance(sun: SunPosition, clearSkyIndex: number): Irradiance {
  const globalWm2 = clearSkyGlobalWm2(sun) * clearSkyIndex;
  const sine = Math.sin(radians(sun.elevationDeg));
  if (sine < SINE_MIN) return { globalWm2, directWm2: 0, diffuseWm2: globalWm2 };
  const topWm2 = (SOLAR_CONSTANT_WM2 / sun.distanceAu ** 2) * sine;
  const diffuseWm2 = globalWm2 * diffuseShare(globalWm2 / topWm2);
  return { globalWm2, directWm2: (globalWm2 - diffuseWm2) / sine, diffuseWm2 };
}
