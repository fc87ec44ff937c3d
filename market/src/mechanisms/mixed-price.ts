import assert from "node:assert/strict";
import { type PriceMicroPerKwh, priceMicroPerKwh } from "@commonwatt/vpp-core";
import { wholeQuotient } from "./whole-quotient.ts";

/**
 * A price between two, `low + ⌊(high − low)·k⌋`: rounded down, to the favour of who pays, by less than one
 * micro per kWh. Throws an AssertionError unless `low ≤ high` and both are there.
 */
export function mixedPrice(
  low: number | undefined,
  high: number | undefined,
  kPerMille: number,
): PriceMicroPerKwh {
  assert(low !== undefined && high !== undefined && low <= high, "a price lies between two limits");
  const weighted = (high - low) * kPerMille;
  assert(Number.isSafeInteger(weighted), "a price interval must stay a safe integer");
  return priceMicroPerKwh(low + wholeQuotient(weighted, 1000));
}
