import assert from "node:assert/strict";

/** Divides and rounds towards minus infinity. Throws an AssertionError unless `divisor > 0`. */
export function divFloor(dividend: bigint, divisor: bigint): bigint {
  assert(divisor > 0n, "divFloor needs a positive divisor");
  const quotient = dividend / divisor;
  return dividend % divisor < 0n ? quotient - 1n : quotient;
}

/** Divides and rounds towards plus infinity. Throws an AssertionError unless `divisor > 0`. */
export function divCeil(dividend: bigint, divisor: bigint): bigint {
  assert(divisor > 0n, "divCeil needs a positive divisor");
  const quotient = dividend / divisor;
  return dividend % divisor > 0n ? quotient + 1n : quotient;
}
