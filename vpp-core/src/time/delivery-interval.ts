import assert from "node:assert/strict";
import type { Branded } from "../units/brand.ts";
import { type DurationMs, durationMs, type EpochMs, epochMs } from "./clock.ts";

/** Which delivery interval: whole intervals since the epoch. */
export type IntervalIndex = Branded<number, "interval">;

/** The lengths a delivery interval may have, in minutes. */
export const INTERVAL_MINUTES = [1, 5, 15, 30, 60] as const;

/** A length a delivery interval may have, in minutes. */
export type IntervalMinutes = (typeof INTERVAL_MINUTES)[number];

/** A span of time `[startMs, endMs)` in which traded energy is delivered. */
export interface DeliveryInterval {
  readonly index: IntervalIndex;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
}

/** Takes a number as an interval index; throws an AssertionError unless it is a safe integer ≥ 0. */
export function intervalIndex(value: number): IntervalIndex {
  assert(Number.isSafeInteger(value) && value >= 0, `an interval index must be an integer ≥ 0, got ${value}`);
  return value as IntervalIndex;
}

/** The length of an interval in milliseconds. */
export function intervalLength(minutes: IntervalMinutes): DurationMs {
  return durationMs(minutes * 60_000);
}

/** The interval with this index. */
export function deliveryInterval(index: IntervalIndex, minutes: IntervalMinutes): DeliveryInterval {
  const lengthMs = intervalLength(minutes);
  return { index, startMs: epochMs(index * lengthMs), endMs: epochMs((index + 1) * lengthMs) };
}

/** The interval that holds a point in time. */
export function intervalAt(time: EpochMs, minutes: IntervalMinutes): DeliveryInterval {
  return deliveryInterval(intervalIndex(Math.floor(time / intervalLength(minutes))), minutes);
}

/** The interval after this one. */
export function nextInterval(interval: DeliveryInterval): DeliveryInterval {
  const lengthMs = interval.endMs - interval.startMs;
  return {
    index: intervalIndex(interval.index + 1),
    startMs: interval.endMs,
    endMs: epochMs(interval.endMs + lengthMs),
  };
}
