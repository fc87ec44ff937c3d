import assert from "node:assert/strict";
import { join } from "node:path";
import { CommonwattError } from "@commonwatt/vpp-core";
import { restoreSnapshot } from "../book/arena-snapshot.ts";
import { type ArenaSize, type BookArena, createArena } from "../book/book-arena.ts";
import { clearEvents } from "../book/book-event.ts";
import { arenaHash } from "../book/book-hash.ts";
import { type JournalFiles, listFiles } from "../journal/journal-files.ts";
import { type JournalReader, readJournal } from "../journal/read-journal.ts";
import type { JournalAbout } from "../journal/segment-format.ts";
import { type ReplayWatcher, replayVisitor } from "./book-replay.ts";
import { type BookSnapshot, readSnapshot } from "./book-snapshot.ts";

/** What the journal of the matching core's books holds. */
export const BOOK_CONTENT = "book-commands";

/** How books are brought back. */
export interface RecoveryOptions {
  /** Shown the arena after every record that is replayed. */
  readonly watch?: ReplayWatcher;
  /** Whether to begin with the newest readable snapshot; otherwise with the first record there ever was. */
  readonly fromSnapshot?: boolean;
}

/** Books that are being brought back: the newest readable snapshot, and then the records after it. */
export interface BookRecovery {
  readonly reader: JournalReader;
  /** Sequence of the last record in the snapshot it began with; 0 when there is none. */
  readonly snapshotSequence: number;
  /** The books as far as records were read; `null` when nothing was read. */
  arena(): BookArena | null;
}

/** Finds the newest readable snapshot of a folder and begins there. */
export async function recoverBooks(
  directory: string,
  files: JournalFiles,
  { watch, fromSnapshot = true }: RecoveryOptions = {},
): Promise<BookRecovery> {
  const snapshot = fromSnapshot ? await newestReadable(directory, files) : null;
  let arena = snapshot === null ? null : restored(directory, snapshot);
  const sequence = snapshot?.sequence ?? 0;
  return {
    snapshotSequence: sequence,
    arena: () => {
      if (arena !== null) clearEvents(arena);
      return arena;
    },
    reader: {
      from: sequence + 1,
      start(about) {
        assertBooks(directory, about, snapshot);
        arena ??= createArena(about.rules as unknown as ArenaSize);
        return replayVisitor(arena, sequence, watch);
      },
    },
  };
}

/** The newest snapshot of a folder that can be read; `null` when there is none. */
export async function newestReadable(
  directory: string,
  { snapshots }: JournalFiles,
): Promise<BookSnapshot | null> {
  for (const { name } of snapshots.toReversed()) {
    try {
      return await readSnapshot(join(directory, name));
    } catch {
      // A damaged snapshot is passed over: the one before it and more of the journal come to the same.
    }
  }
  return null;
}

function restored(directory: string, { arena: parts, hash, sequence }: BookSnapshot): BookArena {
  const arena = restoreSnapshot(parts);
  if (arenaHash(arena) === hash) return arena;
  const message = `the snapshot of record ${sequence} in ${directory} has another state than its hash says`;
  throw new CommonwattError("JOURNAL_DIVERGED", message, { details: { directory, sequence } });
}

function assertBooks(directory: string, about: JournalAbout, snapshot: BookSnapshot | null): void {
  if (about.content !== BOOK_CONTENT) {
    const message = `the journal in ${directory} holds ${about.content}, not ${BOOK_CONTENT}`;
    throw new CommonwattError("JOURNAL_WRONG_FORMAT", message, { details: { content: about.content } });
  }
  if (snapshot !== null && snapshot.about.instance !== about.instance) {
    const message = `a snapshot in ${directory} is of another journal`;
    throw new CommonwattError("JOURNAL_CORRUPT", message, { details: { directory } });
  }
}

/** Books as a journal's files have them. */
export interface ReplayedBooks {
  readonly arena: BookArena;
  readonly about: JournalAbout;
  /** Sequence of the last record. */
  readonly sequence: number;
  readonly snapshotSequence: number;
  readonly tornBytes: number;
  /** The state hash. */
  readonly hash: string;
}

/**
 * Brings books back from the files of a folder, without touching or locking them.
 * @throws CommonwattError `JOURNAL_MISSING`, `JOURNAL_UNREADABLE`, `JOURNAL_CORRUPT`, `JOURNAL_WRONG_FORMAT`,
 *   `JOURNAL_DIVERGED`.
 */
export async function replayBooks(directory: string, options: RecoveryOptions = {}): Promise<ReplayedBooks> {
  const recovery = await recoverBooks(directory, await listFiles(directory), options);
  const { about, lastSequence, tornBytes } = await readJournal(directory, recovery.reader);
  const arena = recovery.arena();
  assert(arena !== null && about !== null, "a journal has a head");
  const { snapshotSequence } = recovery;
  return { arena, about, sequence: lastSequence, snapshotSequence, tornBytes, hash: arenaHash(arena) };
}
