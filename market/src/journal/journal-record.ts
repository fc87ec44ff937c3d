import { crc32 } from "node:zlib";

/** One record of a journal, as it was written: plain JSON with its place in the journal. */
export type JournalRecord = Readonly<Record<string, unknown>> & {
  /** The record's place: the header is 0, and every record is one above the one before it. */
  readonly sequence: number;
};

/** The newline that ends a record. */
export const RECORD_END = 0x0a;
/** Eight hex digits and a space come before the JSON. */
const PREFIX_LENGTH = 9;

function checksumOf(json: Uint8Array): string {
  return crc32(json).toString(16).padStart(8, "0");
}

/** Writes a record as a line: the CRC-32 of the JSON's bytes in lower-case hex, a space, the JSON, a newline. */
export function encodeRecord(record: JournalRecord): string {
  const json = JSON.stringify(record);
  return `${checksumOf(Buffer.from(json))} ${json}\n`;
}

/**
 * Reads a line without its newline; `null` when its checksum or its place is not what it must be. CRC-32
 * finds every flipped bit in the JSON; a flip in the checksum's own digits shows because the digits are
 * compared as text.
 */
export function decodeRecord(line: Buffer, sequence: number): JournalRecord | null {
  const json = line.subarray(PREFIX_LENGTH);
  if (line.subarray(0, PREFIX_LENGTH).toString("latin1") !== `${checksumOf(json)} `) return null;
  try {
    const record: unknown = JSON.parse(json.toString("utf8"));
    return isRecord(record) && record.sequence === sequence ? record : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is JournalRecord {
  return typeof value === "object" && value !== null && "sequence" in value;
}
