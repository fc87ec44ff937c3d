import { type EpochMs, roundToWatts, type Watts, watts } from "@commonwatt/vpp-core";
import { pvPowerW } from "../models/pv.ts";
import { typicalLoad } from "../models/typical-load.ts";
import type { StreetHome } from "./street.ts";

/** With less expected than this, the measured power says nothing about the sky. */
const CLEAR_POWER_MIN_W = 50;
/** Clouds at the edge of the sun can make it brighter than a clear sky; more than this is a wrong model. */
const INDEX_MAX = 1.2;

const typicalLoads = new WeakMap<object, (time: EpochMs) => number>();

/** Expected PV power under a cloudless sky, in W; 0 for a home without PV. */
export function clearSkyPvW(home: StreetHome, time: EpochMs): Watts {
  return home.pv === null ? watts(0) : roundToWatts(pvPowerW(home.pv, home.location, time, 1));
}

/**
 * The clear-sky index that a measured PV power shows, from 0 to 1.2; `null` at night and without PV, when
 * nothing can be told about the sky.
 */
export function measuredSkyIndex(home: StreetHome, time: EpochMs, measuredPvW: Watts): number | null {
  const clearW = clearSkyPvW(home, time);
  return clearW < CLEAR_POWER_MIN_W ? null : Math.max(0, Math.min(INDEX_MAX, measuredPvW / clearW));
}

/**
 * Expected PV power in W: a clear sky dimmed as it was lately (persistence of the clear-sky index), never
 * more than the inverter gives. Knows nothing of the clouds to come. Without a recent index the sky counts
 * as clear.
 */
export function forecastPvW(home: StreetHome, time: EpochMs, recentIndex: number | null): Watts {
  if (home.pv === null) return watts(0);
  const expectedW = clearSkyPvW(home, time) * (recentIndex ?? 1);
  return roundToWatts(Math.min(home.pv.inverterPowerMaxW, Math.max(0, expectedW)));
}

/** What the household takes at this time of an average day, in W. Knows nothing of what a day really brings. */
export function typicalLoadW(home: StreetHome, time: EpochMs): Watts {
  let load = typicalLoads.get(home.load);
  if (load === undefined) {
    load = typicalLoad(home.load);
    typicalLoads.set(home.load, load);
  }
  return roundToWatts(load(time));
}
