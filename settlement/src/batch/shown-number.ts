/**
 * A number that a stranger put on the chain. What no honest one has is kept as it is, to be shown to a judge: then it is no
 * number in truth.
 */
export function shownNumber(value: bigint): number {
  return BigInt.asUintN(53, value) === value ? Number(value) : (value as unknown as number);
}
