import type { EpochMs } from "@commonwatt/vpp-core";
import { APPLIANCES, runsPerDay } from "./appliances.ts";
import { everydayW, fridgeMeanW, type LoadProfile } from "./household-load.ts";
import { seasonShare } from "./household-rhythm.ts";

const MINUTES_PER_DAY = 1440;
const MINUTE_MS = 60_000;
const QUARTER_MINUTES = 15;

/** Expected power of every minute of a day that switched appliances take. */
function applianceMinutesW(profile: LoadProfile): Float64Array {
  const minutesW = new Float64Array(MINUTES_PER_DAY);
  for (const appliance of APPLIANCES) {
    const runs = runsPerDay(appliance, profile.occupants) * profile.applianceShare;
    for (const window of appliance.starts) {
      const first = Math.round(window.fromHour * 60);
      const count = Math.round(window.toHour * 60) - first;
      const chance = (runs * window.share) / count;
      for (let start = first; start < first + count; start++) {
        let minute = start;
        for (const phase of appliance.phases) {
          for (const end = minute + phase.minutes; minute < end; minute++) {
            const index = minute % MINUTES_PER_DAY;
            minutesW[index] = (minutesW[index] ?? 0) + chance * phase.powerW;
          }
        }
      }
    }
  }
  return minutesW;
}

/**
 * What a household takes on an average day of the kind and season, in W, by quarter of an hour: the expectation of
 * `householdLoad`, which knows nothing of what any one day really brings.
 */
export function typicalLoad(profile: LoadProfile): (time: EpochMs) => number {
  const minutesW = applianceMinutesW(profile);
  const quartersW = Float64Array.from({ length: MINUTES_PER_DAY / QUARTER_MINUTES }, (_, quarter) => {
    const from = quarter * QUARTER_MINUTES;
    const sumW = minutesW.subarray(from, from + QUARTER_MINUTES).reduce((sum, powerW) => sum + powerW, 0);
    return sumW / QUARTER_MINUTES;
  });
  return (time) => {
    const localMs = time + profile.utcOffsetMs;
    const quarter = Math.floor(localMs / (QUARTER_MINUTES * MINUTE_MS)) % quartersW.length;
    const switchedW = (quartersW[quarter] ?? 0) * seasonShare(localMs, profile.location);
    return fridgeMeanW(profile) + everydayW(profile, localMs) + switchedW;
  };
}
