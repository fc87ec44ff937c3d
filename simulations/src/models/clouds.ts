import type { EpochMs } from "@commonwatt/vpp-core";
import { valueNoise } from "./value-noise.ts";

/** What makes one sky differ from another. */
export interface Sky {
  readonly seed: string;
  /** How much of the time clouds pass: 0 hardly ever, 1 nearly always. */
  readonly cloudiness: number;
}

const MINUTE_MS = 60_000;
/** How the weather as a whole turns better and worse. */
const WEATHER_SPACING_MS = 150 * MINUTE_MS;
/** Fields of clouds, and single clouds within them. */
const FIELD_SPACING_MS = 14 * MINUTE_MS;
const CLOUD_SPACING_MS = 3 * MINUTE_MS;
/** What the thickest cloud lets through. */
const INDEX_MIN = 0.25;
/** Over which range of the noise the edge of a cloud goes from clear to thick. */
const EDGE_WIDTH = 0.18;

/**
 * The clear-sky index: the share of the cloudless irradiance that reaches the ground, from 0.25 under a
 * thick cloud to 1. A pure function of the sky and the time. A home a little down the wind sees the same
 * clouds a little later: ask for an earlier time.
 */
export function clearSkyIndex(sky: Sky, time: EpochMs): number {
  const weather = valueNoise(`${sky.seed}/weather`, time, WEATHER_SPACING_MS);
  const field = valueNoise(`${sky.seed}/field`, time, FIELD_SPACING_MS);
  const cloud = valueNoise(`${sky.seed}/cloud`, time, CLOUD_SPACING_MS);
  const density = 0.4 * weather + 0.35 * field + 0.25 * cloud;
  // The sum of three noises lies between 0.2 and 0.8 nearly always; the threshold spans just that.
  const threshold = 0.8 - 0.6 * sky.cloudiness;
  const thickness = Math.max(0, Math.min(1, (density - threshold) / EDGE_WIDTH));
  return 1 - (1 - INDEX_MIN) * thickness * thickness * (3 - 2 * thickness);
}
