import { type FileHandle, mkdir, open, truncate, writeFile } from "node:fs/promises";
import { CommonwattError, isCommonwattError } from "@commonwatt/vpp-core";
import { lockJournal } from "./journal-lock.ts";
import { encodeRecord } from "./journal-record.ts";
import { type JournalContent, journalFile, readJournal } from "./read-journal.ts";

/** An append-only file of records. */
export interface Journal {
  /** Takes a record at once, in order; it is safe only when {@link Journal.synced} says so. Returns its place. */
  append(entry: object): number;
  /**
   * Resolves when everything appended so far is on the disk. Records that are appended while a sync is under
   * way share the next one (group commit).
   * @throws CommonwattError `JOURNAL_WRITE_FAILED`, once for good: what is on the disk is then unknown until
   *   the journal is opened again.
   */
  synced(): Promise<void>;
  /** Writes what is left, closes the file and lets go of the lock. */
  close(): Promise<void>;
}

/** A journal that was opened, and what it held. */
export interface OpenJournal extends JournalContent {
  readonly journal: Journal;
}

/**
 * Opens the journal of a folder for writing, both of which are made when missing. A torn tail is cut off.
 * @param header - becomes the first record of a new journal.
 * @throws CommonwattError `JOURNAL_LOCKED`, `JOURNAL_CORRUPT`, `JOURNAL_UNREADABLE`, `JOURNAL_WRITE_FAILED`.
 */
export async function openJournal(directory: string, header: object): Promise<OpenJournal> {
  await mkdir(directory, { recursive: true });
  const lock = await lockJournal(directory);
  try {
    const found = await readOrNothing(directory);
    if (found.tornBytes > 0) await truncate(journalFile(directory), found.wholeBytes);
    const isNew = found.records.length === 0;
    if (isNew) await createJournal(directory, header);
    const content = isNew ? await readJournal(directory) : found;
    const handle = await open(journalFile(directory), "a");
    const journal = writeJournal(handle, content.records.length, lock.release);
    return { ...content, tornBytes: found.tornBytes, journal };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function readOrNothing(directory: string): Promise<JournalContent> {
  try {
    return await readJournal(directory);
  } catch (error) {
    if (isCommonwattError(error, "JOURNAL_MISSING")) return { records: [], wholeBytes: 0, tornBytes: 0 };
    throw error;
  }
}

async function createJournal(directory: string, header: object): Promise<void> {
  await writeFile(journalFile(directory), encodeRecord({ ...header, sequence: 0 }), { flush: true });
  // A new file's name is only durable when its folder has been synced too.
  const folder = await open(directory, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function writeJournal(handle: FileHandle, recordCount: number, release: () => Promise<void>): Journal {
  let sequence = recordCount;
  let lines: string[] = [];
  /** The last round of write and sync that has begun, and the one that waits for its end. */
  let round: Promise<void> = Promise.resolve();
  let queued: Promise<void> | null = null;

  const write = async (): Promise<void> => {
    round = queued ?? round;
    queued = null;
    const batch = lines.join("");
    lines = [];
    try {
      await handle.appendFile(batch);
      await handle.datasync();
    } catch (cause) {
      throw new CommonwattError("JOURNAL_WRITE_FAILED", "the journal could not be written", { cause });
    }
  };
  const synced = (): Promise<void> => {
    if (lines.length === 0) return round;
    // A failed round fails all that follow, because each begins only when the one before has succeeded.
    queued ??= round.then(write);
    return queued;
  };
  return {
    append(entry) {
      lines.push(encodeRecord({ ...entry, sequence }));
      return sequence++;
    },
    synced,
    async close() {
      try {
        await synced();
      } finally {
        await handle.close();
        await release();
      }
    },
  };
}
