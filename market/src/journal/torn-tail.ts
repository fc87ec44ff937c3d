import { BATCH, type BatchHead, readBatchHead } from "./segment-format.ts";

const { HEAD_BYTES, TAIL_BYTES } = BATCH;

/** What a disk writes at once: of a write that was cut short each of these is there or not. */
const SECTOR_BYTES = 512;

/**
 * Whether what stands at the end of the last segment, from `at`, is a batch whose writing was cut short,
 * hence never acknowledged. Such a write leaves absence: the file ends early, or sectors that never came are
 * zeros. All other damage is damage, so no flipped bit ever passes for a torn tail; and a whole batch
 * further on tells that this one had been on the disk.
 */
export function isTornTail(bytes: Buffer, at: number, head: BatchHead | null): boolean {
  const present = bytes.length - at;
  const isShort = head === null ? present < HEAD_BYTES : present < HEAD_BYTES + head.recordBytes + TAIL_BYTES;
  return (isShort || hasZeroSector(bytes, at)) && !hasLaterBatch(bytes, at);
}

function hasZeroSector(bytes: Buffer, from: number): boolean {
  for (let at = from; at < bytes.length; ) {
    const end = Math.min(bytes.length, (Math.floor(at / SECTOR_BYTES) + 1) * SECTOR_BYTES);
    if (bytes.subarray(at, end).every((byte) => byte === 0)) return true;
    at = end;
  }
  return false;
}

function hasLaterBatch(bytes: Buffer, from: number): boolean {
  for (let at = from + 4; at <= bytes.length - HEAD_BYTES; at += 4) {
    if (readBatchHead(bytes, at) !== null) return true;
  }
  return false;
}
