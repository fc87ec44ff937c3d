/** An amount as an archive has it; most amounts of a fill are none. */
export function amountText(nano: bigint): string {
  return nano === 0n ? "0" : nano.toString();
}
