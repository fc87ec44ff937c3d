/**
 * ⌊dividend / divisor⌋, exact for any safe integers with `dividend ≥ 0` and `divisor > 0`: what does not divide is
 * taken off before, so that the quotient needs no rounding. The only division of numbers among the mechanisms.
 */
export function wholeQuotient(dividend: number, divisor: number): number {
  return (dividend - (dividend % divisor)) / divisor;
}
