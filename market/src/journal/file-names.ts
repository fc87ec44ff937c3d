/** Digits of a sequence in a file's name, so that names sort as their sequences do. */
const DIGITS = 16;

/** Name of the segment whose first record has this sequence. */
export function segmentName(firstSequence: number): string {
  return `market-${String(firstSequence).padStart(DIGITS, "0")}.journal`;
}

/** Name of the snapshot of the state after the record with this sequence. */
export function snapshotName(sequence: number): string {
  return `market-${String(sequence).padStart(DIGITS, "0")}.snapshot`;
}
