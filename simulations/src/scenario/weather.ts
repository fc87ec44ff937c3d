import { epochMs, intervalLength } from "@commonwatt/vpp-core";
import type { RunTime } from "../data/data-window.ts";
import { ambientTemperatureC } from "../models/ambient-temperature.ts";
import { irradiance } from "../models/clear-sky.ts";
import { clearSkyIndex, type Sky } from "../models/clouds.ts";
import type { WeatherCourse } from "../models/heating.ts";
import { type GeoLocation, sunPosition } from "../models/sun-position.ts";

/** The models are asked in the middle of steps of this length, or of an interval that is shorter. */
const STEP_MS = 300_000;

/** Sun, clouds and air over a run, by step: one for all homes of a street. */
export interface Weather {
  /** Where the sun stands; azimuth and light are 0 while it is down. */
  readonly elevationDeg: Float64Array;
  readonly azimuthDeg: Float64Array;
  /** Under the clouds. */
  readonly globalWm2: Float64Array;
  readonly directWm2: Float64Array;
  readonly diffuseWm2: Float64Array;
  readonly ambientC: Float64Array;
}

/** How long a step of the models is. */
export function stepMsOf(time: RunTime): number {
  return Math.min(STEP_MS, intervalLength(time.intervalMinutes));
}

/** The weather of a run. */
export function drawWeather(sky: Sky, location: GeoLocation, time: RunTime): Weather {
  const stepMs = stepMsOf(time);
  const steps = (time.intervals * intervalLength(time.intervalMinutes)) / stepMs;
  const column = (): Float64Array => new Float64Array(steps);
  const weather: Weather = {
    ...{ elevationDeg: column(), azimuthDeg: column(), ambientC: column() },
    ...{ globalWm2: column(), directWm2: column(), diffuseWm2: column() },
  };
  for (let step = 0; step < steps; step++) {
    const at = epochMs(time.startMs + (step + 0.5) * stepMs);
    const sun = sunPosition(at, location);
    weather.elevationDeg[step] = sun.elevationDeg;
    weather.ambientC[step] = ambientTemperatureC(at, location);
    if (sun.elevationDeg <= 0) continue;
    const light = irradiance(sun, Math.fround(clearSkyIndex(sky, at)));
    weather.azimuthDeg[step] = sun.azimuthDeg;
    weather.globalWm2[step] = light.globalWm2;
    weather.directWm2[step] = light.directWm2;
    weather.diffuseWm2[step] = light.diffuseWm2;
  }
  return weather;
}

/** The weather as means over the intervals of a run. */
export function weatherOfIntervals({ ambientC, globalWm2 }: Weather, time: RunTime): WeatherCourse {
  const perInterval = intervalLength(time.intervalMinutes) / stepMsOf(time);
  const meanOf = (column: Float64Array): Float64Array =>
    Float64Array.from({ length: time.intervals }, (_, t) => {
      const steps = column.subarray(t * perInterval, (t + 1) * perInterval);
      return steps.reduce((sum, value) => sum + value, 0) / perInterval;
    });
  return { outsideC: meanOf(ambientC), globalWm2: meanOf(globalWm2) };
}
