import assert from "node:assert/strict";
import { join } from "node:path";
import { CommonwattError } from "@commonwatt/vpp-core";
import { takeSnapshot } from "../book/arena-snapshot.ts";
import { type ArenaSize, type BookArena, createArena } from "../book/book-arena.ts";
import { arenaHash } from "../book/book-hash.ts";
import { type Journal, type JournalOptions, openJournal } from "../journal/journal.ts";
import type { JournalAbout } from "../journal/segment-format.ts";
import type { ReplayWatcher } from "./book-replay.ts";
import { readSnapshot, writeSnapshot } from "./book-snapshot.ts";
import { compactJournal } from "./compact-journal.ts";
import { JournaledCommands } from "./journaled-commands.ts";
import { BOOK_CONTENT, type BookRecovery, recoverBooks } from "./recover-books.ts";

/** Every record whose sequence is a multiple of this is a seal. */
const SEAL_EVERY = 2 ** 20;

/** How durable books are kept. */
export interface DurableBooksOptions extends JournalOptions {
  /** Every how many records the state hash is sealed into the journal. */
  readonly sealEvery?: number;
  /** Shown the arena after every record that is replayed, with the events of that record. */
  readonly watch?: ReplayWatcher;
}

/** A snapshot that was taken. */
export interface SnapshotTaken {
  readonly sequence: number;
  readonly hash: string;
  /** Files that it made superfluous. */
  readonly filesRemoved: number;
}

/** How books were opened. */
interface Opening {
  readonly directory: string;
  readonly about: JournalAbout;
  readonly snapshotSequence: number;
  readonly tornBytes: number;
}

/** The matching core of one community with every accepted command in a journal. One process may hold many. */
export class DurableBooks extends JournaledCommands {
  readonly journal: Pick<Journal, "durableUpTo" | "durable" | "waitDurable" | "waitRoom">;
  /** Sequence of the last record taken. */
  readonly sequence: () => number;
  /** Writes what is left, closes the files and lets go of the lock. */
  readonly close: () => Promise<void>;
  /** Sequence of the record up to which a snapshot was read when the books were opened; 0 when none was. */
  readonly snapshotSequence: number;
  /** Length of what was cut off the journal's end when it was opened, in bytes. */
  readonly tornBytes: number;
  readonly #directory: string;
  readonly #about: JournalAbout;
  #isSnapshotting = false;

  constructor(arena: BookArena, journal: Journal, sealEvery: number, opening: Opening) {
    super(arena, journal, sealEvery);
    this.journal = journal;
    this.sequence = journal.sequence;
    this.close = journal.close;
    this.snapshotSequence = opening.snapshotSequence;
    this.tornBytes = opening.tornBytes;
    this.#directory = opening.directory;
    this.#about = opening.about;
  }

  /** Writes the state beside the journal, reads it back, and removes what is superfluous then. One at a time. */
  async snapshot(): Promise<SnapshotTaken> {
    if (this.#isSnapshotting)
      throw new CommonwattError("JOURNAL_SNAPSHOT_BUSY", "a snapshot is being taken", { retryable: true });
    this.#isSnapshotting = true;
    try {
      const sequence = this.sequence();
      const hash = arenaHash(this.arena);
      const arena = takeSnapshot(this.arena);
      // A snapshot must never know more than the journal.
      await this.journal.durable();
      const name = await writeSnapshot(this.#directory, { about: this.#about, sequence, hash, arena });
      const found = await readSnapshot(join(this.#directory, name));
      assert(found.sequence === sequence && found.hash === hash, "a snapshot reads as it was written");
      return { sequence, hash, filesRemoved: await compactJournal(this.#directory) };
    } finally {
      this.#isSnapshotting = false;
    }
  }
}

/**
 * Opens the books of a community, made when missing: the newest readable snapshot, and then the journal.
 * @param size - of the arena of a new journal; later the journal's own holds.
 * @throws CommonwattError as `openJournal` and `replayBooks` do.
 */
export async function openDurableBooks(
  directory: string,
  community: string,
  size: ArenaSize,
  options: DurableBooksOptions = {},
): Promise<DurableBooks> {
  const { sealEvery = SEAL_EVERY, watch, ...journalOptions } = options;
  assert(Number.isInteger(sealEvery) && sealEvery >= 2, "sealEvery must be 2 or more");
  const recoveries: BookRecovery[] = [];
  const opened = await openJournal(
    directory,
    { content: BOOK_CONTENT, community, rules: { ...size } },
    async (files) => {
      const recovery = await recoverBooks(directory, files, watch === undefined ? {} : { watch });
      recoveries.push(recovery);
      return recovery.reader;
    },
    journalOptions,
  );
  const [recovery] = recoveries;
  const arena = recovery?.arena() ?? createArena(size);
  const { about, journal, tornBytes } = opened;
  const snapshotSequence = recovery?.snapshotSequence ?? 0;
  return new DurableBooks(arena, journal, sealEvery, { directory, about, snapshotSequence, tornBytes });
}
