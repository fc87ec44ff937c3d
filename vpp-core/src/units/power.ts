import assert from "node:assert/strict";
import type { Branded } from "./brand.ts";

/**
 * Active power in whole watts. Signs, everywhere: grid + is import, battery + is discharge, PV + is
 * production. Rounded once, where a device adapter turns wire values into readings.
 */
export type Watts = Branded<number, "W">;

/** Takes an integer number of watts; throws an AssertionError for anything else. */
export function watts(value: number): Watts {
  if (!Number.isSafeInteger(value)) assert.fail(`watts must be a safe integer, got ${value}`);
  return value as Watts;
}

/** Rounds a measured power half away from zero to whole watts; the one rounding of a reading. */
export function roundToWatts(value: number): Watts {
  if (!Number.isFinite(value)) assert.fail(`power must be finite, got ${value}`);
  return watts(roundHalfAway(value));
}

/** Rounds half away from zero, never to −0. */
export function roundHalfAway(value: number): number {
  const magnitude = Math.round(Math.abs(value));
  return value < 0 && magnitude !== 0 ? -magnitude : magnitude;
}
