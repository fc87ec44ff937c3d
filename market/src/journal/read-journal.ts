import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CommonwattError } from "@commonwatt/vpp-core";
import { decodeRecord, type JournalRecord, RECORD_END } from "./journal-record.ts";

/** What a journal holds. */
export interface JournalContent {
  /** The header first; empty when not even that was written. */
  readonly records: readonly JournalRecord[];
  /** Length of the part that is whole. */
  readonly wholeBytes: number;
  /** Length of a last record that was never finished, hence never acknowledged. */
  readonly tornBytes: number;
}

/** The journal's file within its folder. */
export function journalFile(directory: string): string {
  return join(directory, "market.journal");
}

/**
 * Reads a journal without touching it.
 *
 * A write that was cut short leaves the beginning of a record without its newline, perhaps followed by
 * zeros that the file system put there: a torn tail. Everything else that does not check out is damage.
 * A last record that is whole but for one byte in place of its newline is damage too, since no cut
 * leaves that; so no flipped bit ever passes for a torn tail.
 * @throws CommonwattError `JOURNAL_CORRUPT` with the line, `JOURNAL_MISSING` when there is no journal.
 */
export async function readJournal(directory: string): Promise<JournalContent> {
  const bytes = await readJournalFile(journalFile(directory));
  const records: JournalRecord[] = [];
  let start = 0;
  for (let end = bytes.indexOf(RECORD_END); end >= 0; end = bytes.indexOf(RECORD_END, start)) {
    const record = decodeRecord(bytes.subarray(start, end), records.length);
    if (record === null) throw corrupt(directory, records.length + 1);
    records.push(record);
    start = end + 1;
  }
  const tail = bytes.subarray(start);
  if (decodeRecord(tail.subarray(0, -1), records.length) !== null)
    throw corrupt(directory, records.length + 1);
  return { records, wholeBytes: start, tornBytes: tail.length };
}

async function readJournalFile(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw new CommonwattError(
      isMissing ? "JOURNAL_MISSING" : "JOURNAL_UNREADABLE",
      isMissing ? `there is no journal at ${file}` : `the journal ${file} cannot be read`,
      { details: { file }, cause: error },
    );
  }
}

function corrupt(directory: string, line: number): CommonwattError {
  const file = journalFile(directory);
  return new CommonwattError("JOURNAL_CORRUPT", `line ${line} of the journal ${file} is damaged`, {
    details: { file, line },
  });
}
