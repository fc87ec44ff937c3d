import type { EpochMs } from "../time/clock.ts";

/**
 * How far a value may be trusted. `good`: fresh and plausible. `stale`: right once, too old now.
 * `suspect`: fresh but implausible. `bad`: the device or the wire says that it is wrong. `unavailable`:
 * the device does not have it. Only `good` values are settled.
 */
export type Quality = "good" | "stale" | "suspect" | "bad" | "unavailable";

/** One measured value. A value that is missing is `null` with a reason, never 0. */
export interface Measured<Value extends number = number> {
  readonly value: Value | null;
  readonly quality: Quality;
  /** Why the value is missing or not good, or why a limit holds just now; else `null`. */
  readonly reason: string | null;
  /** When the source took it, which may be earlier than when it was read. */
  readonly sourceTimeMs: EpochMs;
}

/** A value that is fresh and plausible. */
export function good<Value extends number>(value: Value, sourceTimeMs: EpochMs): Measured<Value> {
  return { value, quality: "good", reason: null, sourceTimeMs };
}

/** A limit that holds just now, for the reason given; a good value. */
export function limitedTo<Value extends number>(
  value: Value,
  reason: string,
  sourceTimeMs: EpochMs,
): Measured<Value> {
  return { value, quality: "good", reason, sourceTimeMs };
}

/** A value that is not there, with the reason. */
export function missing<Value extends number = number>(
  quality: Exclude<Quality, "good">,
  reason: string,
  sourceTimeMs: EpochMs,
): Measured<Value> {
  return { value: null, quality, reason, sourceTimeMs };
}

/** The value when it is good, else `null`. */
export function goodValue<Value extends number>(measured: Measured<Value> | undefined): Value | null {
  return measured?.quality === "good" ? measured.value : null;
}
