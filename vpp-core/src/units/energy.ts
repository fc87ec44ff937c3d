import assert from "node:assert/strict";
import type { Branded } from "./brand.ts";

/** Energy in whole watt-hours, a safe integer. Kilowatt-hours exist only where numbers are printed. */
export type WattHours = Branded<number, "Wh">;

/** Takes an integer number of watt-hours; throws an AssertionError for anything else. */
export function wattHours(value: number): WattHours {
  // The text of the error is only made when there is one: millions of values pass here.
  if (!Number.isSafeInteger(value)) assert.fail(`watt-hours must be a safe integer, got ${value}`);
  return value as WattHours;
}

/** Prints watt-hours as kilowatt-hours, e.g. `1234` as `"1.234"`. */
export function formatKwh(energy: WattHours): string {
  return (energy / 1000).toFixed(3);
}
