import { epochMs, intervalLength } from "@commonwatt/vpp-core";
import type { RunTime } from "../data/data-window.ts";
import { resampleToWholeWh } from "../data/resample.ts";
import { householdLoad, type LoadProfile } from "../models/household-load.ts";
import { arrayPowerW, type PvArray } from "../models/pv.ts";
import { stepMsOf, type Weather } from "./weather.ts";

const HOUR_MS = 3_600_000;

/** The whole Wh of each interval of a power that is a function of time. */
function wholeWhOf(powerAt: (timeMs: number, step: number) => number, time: RunTime): Int32Array {
  const lengthMs = intervalLength(time.intervalMinutes);
  const stepMs = stepMsOf(time);
  const steps = (time.intervals * lengthMs) / stepMs;
  const energyWh = new Float64Array(steps);
  for (let step = 0; step < steps; step++) {
    energyWh[step] = (powerAt(time.startMs + (step + 0.5) * stepMs, step) * stepMs) / HOUR_MS;
  }
  const out = new Int32Array(time.intervals);
  resampleToWholeWh(energyWh, stepMs, { fromMs: 0, intervalMs: lengthMs, intervals: time.intervals }, out);
  return out;
}

/** What a household of the model takes in each interval. */
export function modelledLoadWh(profile: LoadProfile, time: RunTime): Int32Array {
  const loadW = householdLoad(profile);
  return wholeWhOf((timeMs) => loadW(epochMs(timeMs)), time);
}

/** What a roof of the model gives in each interval. */
export function modelledPvWh(array: PvArray, weather: Weather, time: RunTime): Int32Array {
  const { elevationDeg, azimuthDeg, globalWm2, directWm2, diffuseWm2, ambientC } = weather;
  const at = (column: Float64Array, step: number): number => column[step] as number;
  const sun = { elevationDeg: 0, azimuthDeg: 0, distanceAu: 1 };
  const light = { globalWm2: 0, directWm2: 0, diffuseWm2: 0 };
  return wholeWhOf((_, step) => {
    sun.elevationDeg = at(elevationDeg, step);
    if (sun.elevationDeg <= 0) return 0;
    sun.azimuthDeg = at(azimuthDeg, step);
    light.globalWm2 = at(globalWm2, step);
    light.directWm2 = at(directWm2, step);
    light.diffuseWm2 = at(diffuseWm2, step);
    return arrayPowerW(array, sun, light, at(ambientC, step));
  }, time);
}
