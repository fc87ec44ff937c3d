import { readFile } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { CommonwattError } from "@commonwatt/vpp-core";
import { type RecordVisitor, visitRecords } from "./read-records.ts";
import {
  BATCH,
  type BatchHead,
  decodeSegmentHead,
  JOURNAL_VERSION,
  readBatchHead,
  type SegmentHead,
} from "./segment-format.ts";
import { isTornTail } from "./torn-tail.ts";

const { END_MARK, HEAD_BYTES, TAIL_BYTES } = BATCH;

/** A segment that was read. */
export interface SegmentContent extends SegmentHead {
  /** Sequence of its last record; one below the first when it has none. */
  readonly lastSequence: number;
  /** Length of the part that is whole. */
  readonly wholeBytes: number;
  /** Length of a last batch whose writing was cut short. */
  readonly tornBytes: number;
}

/**
 * Reads a segment and shows every record of it, batch by batch, each only when its batch is whole.
 * @param isLast - whether no segment follows, so that its end may be torn.
 * @param start - told what the head says; answers who takes the records.
 * @throws CommonwattError `JOURNAL_CORRUPT` with the offset, `JOURNAL_WRONG_FORMAT`, `JOURNAL_UNREADABLE`.
 */
export async function readSegment(
  file: string,
  isLast: boolean,
  start: (head: SegmentHead) => RecordVisitor,
): Promise<SegmentContent> {
  const bytes = await readBytes(file);
  const head = segmentHead(file, bytes);
  const visit = start(head);
  let at = head.headBytes;
  let sequence = head.firstSequence - 1;
  while (at < bytes.length) {
    const batch = readBatchHead(bytes, at);
    if (batch === null || !isWhole(bytes, at, batch)) {
      if (!isLast || !isTornTail(bytes, at, batch)) throw corrupt(file, at);
      break;
    }
    const last = batch.firstSequence + batch.count - 1;
    if (batch.firstSequence !== sequence + 1) throw corrupt(file, at);
    const words = wordsOf(bytes, at + HEAD_BYTES, batch);
    if (visitRecords(head.version, words, batch.firstSequence, visit) !== last) throw corrupt(file, at);
    sequence = last;
    at += HEAD_BYTES + batch.recordBytes + TAIL_BYTES;
  }
  return { ...head, lastSequence: sequence, wholeBytes: at, tornBytes: bytes.length - at };
}

/**
 * Reads the head of a segment alone.
 * @throws CommonwattError `JOURNAL_CORRUPT`, `JOURNAL_WRONG_FORMAT`, `JOURNAL_UNREADABLE`.
 */
export async function readSegmentHead(file: string): Promise<SegmentHead> {
  return segmentHead(file, await readBytes(file));
}

/** The bytes of a file, at an address that a word may have. */
async function readBytes(file: string): Promise<Buffer> {
  try {
    const bytes = await readFile(file);
    return bytes.byteOffset % 4 === 0 ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
  } catch (cause) {
    throw new CommonwattError("JOURNAL_UNREADABLE", `the journal ${file} cannot be read`, {
      details: { file },
      cause,
    });
  }
}

function segmentHead(file: string, bytes: Buffer): SegmentHead {
  const head = decodeSegmentHead(bytes);
  if (head === null) throw corrupt(file, 0);
  if (typeof head !== "number") return head;
  throw new CommonwattError(
    "JOURNAL_WRONG_FORMAT",
    `${file} is of version ${head}; this program reads up to version ${JOURNAL_VERSION}: use a newer one`,
    { details: { file, version: head } },
  );
}

function isWhole(bytes: Buffer, at: number, { recordBytes }: BatchHead): boolean {
  const end = at + HEAD_BYTES + recordBytes;
  return (
    end + TAIL_BYTES <= bytes.length &&
    bytes.readUInt32LE(end + 4) === END_MARK &&
    bytes.readUInt32LE(end) === crc32(bytes.subarray(at, end))
  );
}

function wordsOf(bytes: Buffer, at: number, { recordBytes }: BatchHead): Int32Array {
  return new Int32Array(bytes.buffer, bytes.byteOffset + at, recordBytes >> 2);
}

/** Damage, at an offset in bytes. */
export function corrupt(file: string, offset: number): CommonwattError {
  return new CommonwattError("JOURNAL_CORRUPT", `the journal ${file} is damaged at byte ${offset}`, {
    details: { file, offset },
  });
}
