import { readFile } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { CommonwattError } from "@commonwatt/vpp-core";
import { corrupt } from "./read-segment.ts";

const FORMAT = "commonwatt-market-journal";
const LINE_END = 0x0a;
/** Eight hex digits of the CRC-32 and a space come before the JSON of a record. */
const PREFIX_LENGTH = 9;

/** A journal of version 1: a header, and one line of JSON per record. It is only read, and never grows. */
export interface Version1Journal {
  readonly community: string;
  /** JSON of the records 1, 2, …, as bytes. */
  readonly records: readonly Buffer[];
}

/**
 * Reads a journal of version 1. A last line without its end was never acknowledged and counts for nothing.
 * @throws CommonwattError `JOURNAL_CORRUPT` with the offset, `JOURNAL_WRONG_FORMAT`.
 */
export async function readVersion1(file: string): Promise<Version1Journal> {
  const bytes = await readFile(file);
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, start)) {
    const line = bytes.subarray(start, end);
    if (!isLineOf(line, lines.length)) throw corrupt(file, start);
    lines.push(line.subarray(PREFIX_LENGTH));
    start = end + 1;
  }
  // A last line that is whole but for its end was not cut short: its end was changed.
  if (isLineOf(bytes.subarray(start, -1), lines.length)) throw corrupt(file, start);
  const [header, ...records] = lines;
  const { format, version, community } = JSON.parse(header?.toString("utf8") ?? "{}");
  if (format === FORMAT && version === 1 && typeof community === "string") return { community, records };
  throw new CommonwattError("JOURNAL_WRONG_FORMAT", `${file} is not a version 1 journal of a market`, {
    details: { file, format: String(format), version: String(version) },
  });
}

function isLineOf(line: Buffer, sequence: number): boolean {
  const json = line.subarray(PREFIX_LENGTH);
  const sum = crc32(json).toString(16).padStart(8, "0");
  if (line.toString("latin1", 0, PREFIX_LENGTH) !== `${sum} `) return false;
  try {
    return JSON.parse(json.toString("utf8"))?.sequence === sequence;
  } catch {
    return false;
  }
}
