import { readFile } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { CommonwattError } from "@commonwatt/vpp-core";
import {
  BATCH,
  type BatchHead,
  decodeSegmentHead,
  JOURNAL_VERSION,
  RECORD,
  readBatchHead,
  type SegmentHead,
} from "./segment-format.ts";
import { isTornTail } from "./torn-tail.ts";

const { END_MARK, HEAD_BYTES, TAIL_BYTES } = BATCH;
const RECORD_HEAD_WORDS = RECORD.HEAD_BYTES / 4;

/** Takes one record: its type, its place, and its payload of `bytes` bytes, from the index `at` of `words`. */
export type RecordVisitor = (
  type: number,
  sequence: number,
  words: Int32Array,
  at: number,
  bytes: number,
) => void;

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
    if (visitRecords(wordsOf(bytes, at + HEAD_BYTES, batch), batch.firstSequence, visit) !== last)
      throw corrupt(file, at);
    sequence = last;
    at += HEAD_BYTES + batch.recordBytes + TAIL_BYTES;
  }
  return { ...head, lastSequence: sequence, wholeBytes: at, tornBytes: bytes.length - at };
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

/** Shows the records of a batch; answers the sequence of the last one, −1 when they do not fit together. */
function visitRecords(words: Int32Array, firstSequence: number, visit: RecordVisitor): number {
  let sequence = firstSequence;
  for (let at = 0; at < words.length; sequence++) {
    const first = words[at] as number;
    const payloadBytes = first & RECORD.LENGTH_MASK;
    const end = at + RECORD_HEAD_WORDS + ((payloadBytes + 3) >> 2);
    if (end > words.length || words[at + 1] !== (sequence | 0)) return -1;
    visit(first >>> RECORD.TYPE_SHIFT, sequence, words, at + RECORD_HEAD_WORDS, payloadBytes);
    at = end;
  }
  return sequence - 1;
}

/** Damage, at an offset in bytes. */
export function corrupt(file: string, offset: number): CommonwattError {
  return new CommonwattError("JOURNAL_CORRUPT", `the journal ${file} is damaged at byte ${offset}`, {
    details: { file, offset },
  });
}
