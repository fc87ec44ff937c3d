import { crc32 } from "node:zlib";

/** The version of the journal's format. Rises whenever a journal of before could be read wrongly. */
export const JOURNAL_VERSION = 3;

/** The oldest version of which segments are read; version 1 had none, see `readVersion1`. */
const VERSION_MIN = 2;

/** What a journal is of: stands at the head of each of its files. */
export interface JournalAbout {
  /** What its records are, e.g. `market-inputs`. */
  readonly content: string;
  readonly community: string;
  /** What a reader must know besides, e.g. the size of an arena. */
  readonly rules: Readonly<Record<string, number>>;
  /** Drawn when the journal was made: files of two journals are never taken for one. */
  readonly instance: string;
}

/** The head of a segment file. */
export interface SegmentHead {
  /** Version of the format that its records have. */
  readonly version: number;
  readonly about: JournalAbout;
  /** Sequence of the first record in it. */
  readonly firstSequence: number;
  /** Length of the head, in bytes. */
  readonly headBytes: number;
}

const SEGMENT_MAGIC = Buffer.from("cwattjnl", "latin1");
/** Magic, version, length of the text, first sequence as two words. */
const FIXED_BYTES = 24;

/** Where each field of a batch's head stands, in bytes, and what ends it. */
export const BATCH = {
  /** "CWB1" in the file. */
  MAGIC: 0x3142_5743,
  /** Magic, length of the records in bytes, first sequence (low, high), count, CRC-32 of these. */
  HEAD_BYTES: 24,
  /** CRC-32 of head and records, and the end mark. */
  TAIL_BYTES: 8,
  /** "CWE1" in the file: no one bit away from zero, so that a flipped bit never looks like a lost sector. */
  END_MARK: 0x3145_5743,
} as const;

/** A record begins with one word: its type, how many words follow, and a small field of 20 bits. */
export const RECORD = {
  TYPE_SHIFT: 24,
  WORDS_SHIFT: 20,
  WORDS_MASK: 15,
  SMALL_MASK: 0xf_ffff,
  /** Stands for the count of words in a long record: the next word is the length of its payload, in bytes. */
  LONG: 15,
} as const;

/** The low and the high word of a safe integer. */
export function wordsOf(value: number): readonly [low: number, high: number] {
  return [value >>> 0, Math.floor(value / 2 ** 32)];
}

/** Puts two words together. */
export function longOf(low: number, high: number): number {
  return (high >>> 0) * 2 ** 32 + (low >>> 0);
}

/** Writes the head of a segment. */
export function encodeSegmentHead(about: JournalAbout, firstSequence: number): Buffer {
  const text = Buffer.from(JSON.stringify(about));
  const textBytes = Math.ceil(text.length / 4) * 4;
  const head = Buffer.alloc(FIXED_BYTES + textBytes + 4, " ");
  const [low, high] = wordsOf(firstSequence);
  SEGMENT_MAGIC.copy(head);
  head.writeUInt32LE(JOURNAL_VERSION, 8);
  head.writeUInt32LE(textBytes, 12);
  head.writeUInt32LE(low, 16);
  head.writeUInt32LE(high, 20);
  text.copy(head, FIXED_BYTES);
  head.writeUInt32LE(crc32(head.subarray(0, -4)), head.length - 4);
  return head;
}

/** Reads the head of a segment; `null` when it is damaged, a number when it is whole but of that unknown version. */
export function decodeSegmentHead(bytes: Buffer): SegmentHead | number | null {
  if (bytes.length < FIXED_BYTES || !bytes.subarray(0, 8).equals(SEGMENT_MAGIC)) return null;
  const headBytes = FIXED_BYTES + bytes.readUInt32LE(12) + 4;
  if (bytes.length < headBytes) return null;
  if (crc32(bytes.subarray(0, headBytes - 4)) !== bytes.readUInt32LE(headBytes - 4)) return null;
  const version = bytes.readUInt32LE(8);
  if (version < VERSION_MIN || version > JOURNAL_VERSION) return version;
  const about = JSON.parse(bytes.toString("utf8", FIXED_BYTES, headBytes - 4)) as JournalAbout;
  return { version, about, firstSequence: longOf(bytes.readUInt32LE(16), bytes.readUInt32LE(20)), headBytes };
}

/** Writes the head of a batch into `head`, which is `BATCH.HEAD_BYTES` long. */
export function writeBatchHead(
  head: Buffer,
  recordBytes: number,
  firstSequence: number,
  count: number,
): void {
  const [low, high] = wordsOf(firstSequence);
  head.writeUInt32LE(BATCH.MAGIC, 0);
  head.writeUInt32LE(recordBytes, 4);
  head.writeUInt32LE(low, 8);
  head.writeUInt32LE(high, 12);
  head.writeUInt32LE(count, 16);
  head.writeUInt32LE(crc32(head.subarray(0, 20)), 20);
}

/** The head of a batch. */
export interface BatchHead {
  /** Length of its records, in bytes. */
  readonly recordBytes: number;
  readonly firstSequence: number;
  readonly count: number;
}

/** Reads the head of the batch that begins at `at`; `null` when it is not whole. */
export function readBatchHead(bytes: Buffer, at: number): BatchHead | null {
  if (bytes.length - at < BATCH.HEAD_BYTES || bytes.readUInt32LE(at) !== BATCH.MAGIC) return null;
  if (crc32(bytes.subarray(at, at + 20)) !== bytes.readUInt32LE(at + 20)) return null;
  return {
    recordBytes: bytes.readUInt32LE(at + 4),
    firstSequence: longOf(bytes.readUInt32LE(at + 8), bytes.readUInt32LE(at + 12)),
    count: bytes.readUInt32LE(at + 16),
  };
}
