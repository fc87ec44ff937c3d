import assert from "node:assert/strict";
import type { Branded } from "./brand.ts";

/** A price in millionths of the currency unit per kWh: 0.30 per kWh is 300 000. */
export type PriceMicroPerKwh = Branded<number, "micro/kWh">;

/** Takes an integer price in micro per kWh; throws an AssertionError for anything else. */
export function priceMicroPerKwh(value: number): PriceMicroPerKwh {
  if (!Number.isSafeInteger(value)) {
    assert.fail(`a price must be a safe integer of micro per kWh, got ${value}`);
  }
  return value as PriceMicroPerKwh;
}

/** Prints a price in currency units per kWh, e.g. `300000` as `"0.3000"`. */
export function formatPrice(price: PriceMicroPerKwh): string {
  return (price / 1e6).toFixed(4);
}
