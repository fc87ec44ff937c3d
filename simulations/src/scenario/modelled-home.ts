import { epochMs, intervalLength } from "@commonwatt/vpp-core";
import type { RunTime } from "../data/data-window.ts";
import { resampleToWholeWh } from "../data/resample.ts";
import { clearSkyIndex, type Sky } from "../models/clouds.ts";
import { householdLoad, type LoadProfile } from "../models/household-load.ts";
import { type PvArray, pvPowerW } from "../models/pv.ts";
import type { GeoLocation } from "../models/sun-position.ts";

const HOUR_MS = 3_600_000;
/** The models are asked in the middle of steps of this length, or of an interval that is shorter. */
const STEP_MS = 300_000;

/** The whole Wh of each interval of a power that is a function of time. */
function wholeWhOf(powerAt: (timeMs: number, step: number) => number, time: RunTime): Int32Array {
  const lengthMs = intervalLength(time.intervalMinutes);
  const stepMs = Math.min(STEP_MS, lengthMs);
  const steps = (time.intervals * lengthMs) / stepMs;
  const energyWh = Float64Array.from({ length: steps }, (_, step) => {
    return (powerAt(time.startMs + (step + 0.5) * stepMs, step) * stepMs) / HOUR_MS;
  });
  const out = new Int32Array(time.intervals);
  resampleToWholeWh(energyWh, stepMs, { fromMs: 0, intervalMs: lengthMs, intervals: time.intervals }, out);
  return out;
}

/** What a household of the model takes in each interval. */
export function modelledLoadWh(profile: LoadProfile, time: RunTime): Int32Array {
  const loadW = householdLoad(profile);
  return wholeWhOf((timeMs) => loadW(epochMs(timeMs)), time);
}

/** How much of the cloudless sun passes at each step of a run: one sky for all homes of a street. */
export function skyOver(sky: Sky, time: RunTime): (step: number) => number {
  const lengthMs = intervalLength(time.intervalMinutes);
  const stepMs = Math.min(STEP_MS, lengthMs);
  const known = new Float32Array((time.intervals * lengthMs) / stepMs).fill(-1);
  return (step) => {
    const index = known[step] ?? -1;
    if (index >= 0) return index;
    const drawn = clearSkyIndex(sky, epochMs(time.startMs + (step + 0.5) * stepMs));
    known[step] = drawn;
    return known[step] ?? drawn;
  };
}

/** What a roof of the model gives in each interval. */
export function modelledPvWh(
  array: PvArray,
  location: GeoLocation,
  skyAt: (step: number) => number,
  time: RunTime,
): Int32Array {
  return wholeWhOf((timeMs, step) => {
    // Cheap at night, when no sky has to be drawn.
    const clearW = pvPowerW(array, location, epochMs(timeMs), 1);
    return clearW === 0 ? 0 : pvPowerW(array, location, epochMs(timeMs), skyAt(step));
  }, time);
}
