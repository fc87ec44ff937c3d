import {
  type EpochMs,
  good,
  limitedTo,
  type Measured,
  missing,
  roundToWatts,
  type WattHours,
  type Watts,
  wattHours,
} from "@commonwatt/vpp-core";
import type { Decoded } from "./point-codec.ts";

/** A decoded power as a reading, in whole watts. */
export function powerFrom(decoded: Decoded<number>, sourceTimeMs: EpochMs): Measured<Watts> {
  return measured(decoded, sourceTimeMs, roundToWatts);
}

/** A limit of power as a reading, with the reason when it is lower just now. */
export function limitFrom(
  decoded: Decoded<number>,
  why: string | null,
  sourceTimeMs: EpochMs,
): Measured<Watts> {
  const power = powerFrom(decoded, sourceTimeMs);
  return power.value === null || why === null ? power : limitedTo(power.value, why, sourceTimeMs);
}

/** A decoded amount of energy that may rise and fall as a reading, in whole watt-hours. */
export function energyFrom(decoded: Decoded<number>, sourceTimeMs: EpochMs): Measured<WattHours> {
  return measured(decoded, sourceTimeMs, (value) => wattHours(Math.round(value)));
}

function measured<Value extends number>(
  decoded: Decoded<number>,
  sourceTimeMs: EpochMs,
  round: (value: number) => Value,
): Measured<Value> {
  if (decoded.status !== "good") return missing(decoded.status, decoded.reason, sourceTimeMs);
  if (!Number.isSafeInteger(Math.round(decoded.value))) {
    return missing("bad", `${decoded.value} is beyond any real value`, sourceTimeMs);
  }
  return good(round(decoded.value), sourceTimeMs);
}

/** Works out a value from others; the first one that is missing says why there is none. */
export function combine(
  parts: readonly Decoded<number>[],
  work: (...values: number[]) => number,
): Decoded<number> {
  const values: number[] = [];
  for (const part of parts) {
    if (part.status !== "good") return part;
    values.push(part.value);
  }
  return { status: "good", value: work(...values) };
}
