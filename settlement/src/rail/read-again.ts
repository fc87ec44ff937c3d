/** Blocks that are read again at least, beside all that do not stay: a node may show events late. */
const READ_AGAIN_BLOCKS = 64;

/** From which block on events are to be read again the next time, when they were read up to the newest block. */
export function readAgainFrom(
  { block }: { readonly block: number },
  stays: { readonly number: number },
  newest: { readonly number: number },
): number {
  return Math.max(block, Math.min(stays.number, newest.number - READ_AGAIN_BLOCKS));
}
