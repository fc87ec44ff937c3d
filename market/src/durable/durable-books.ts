import assert from "node:assert/strict";
import { join } from "node:path";
import { CommonwattError } from "@commonwatt/vpp-core";
import { advanceTime } from "../book/advance-time.ts";
import { takeSnapshot } from "../book/arena-snapshot.ts";
import { type ArenaSize, type BookArena, createArena } from "../book/book-arena.ts";
import { arenaHash } from "../book/book-hash.ts";
import { openPosition, setPositionLimits } from "../book/position.ts";
import { type Journal, type JournalOptions, openJournal } from "../journal/journal.ts";
import { hasCommandRoom, putCommand, RING_STATE } from "../journal/journal-ring.ts";
import { type JournalAbout, longOf } from "../journal/segment-format.ts";
import { applyCommand, BOOK_COMMAND, COMMAND_FIELDS, longFields } from "./book-command.ts";
import { type ReplayWatcher, sealFields } from "./book-replay.ts";
import { readSnapshot, writeSnapshot } from "./book-snapshot.ts";
import { compactJournal } from "./compact-journal.ts";
import { BOOK_CONTENT, type BookRecovery, recoverBooks } from "./recover-books.ts";

const { FAILED } = RING_STATE;
const { SEAL } = BOOK_COMMAND;

/** The answer to a command for which the journal has no room: the disk is behind. Send it again later. */
export const JOURNAL_FULL = -1_000;

/** Every record whose sequence is a multiple of this is a seal. */
const SEAL_EVERY = 2 ** 18;

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

/** The matching core of one community with every accepted command in a journal. One process may hold many. */
export interface DurableBooks {
  /** The books, to be read; events are taken from here and cleared as without a journal. */
  readonly arena: BookArena;
  /**
   * Carries out a command and journals it when it is accepted. Answers as the command's own function does, or
   * `JOURNAL_FULL` without having done anything. An answer, a refusal too, may be passed on once
   * `durableUpTo` has reached the `sequence` that came with it.
   * @throws CommonwattError `JOURNAL_WRITE_FAILED`, once for good.
   */
  execute: Execute;
  advanceTime(nowMs: number): number;
  openPosition(book: number, site: number, boughtMaxWh: number, soldMaxWh: number): number;
  setPositionLimits(book: number, position: number, boughtMaxWh: number, soldMaxWh: number): number;
  /** Sequence of the last record taken. */
  sequence(): number;
  /** The journal: `durableUpTo`, `durable`, `waitDurable`, `waitRoom`. */
  readonly journal: Pick<Journal, "durableUpTo" | "durable" | "waitDurable" | "waitRoom">;
  /** Writes the state beside the journal, reads it back, and removes what is superfluous then. One at a time. */
  snapshot(): Promise<SnapshotTaken>;
  /** Sequence of the record up to which a snapshot was read when the books were opened; 0 when none was. */
  readonly snapshotSequence: number;
  /** Length of what was cut off the journal's end when it was opened, in bytes. */
  readonly tornBytes: number;
  close(): Promise<void>;
}

type Execute = (
  type: number,
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
  g: number,
) => number;

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
  const execute = executor(arena, journal, sealEvery);
  return {
    arena,
    execute,
    advanceTime(nowMs) {
      const [low, high] = longFields(nowMs);
      // What no record can hold is refused by the core itself; so for the limits.
      return longOf(low, high) === nowMs
        ? execute(BOOK_COMMAND.ADVANCE, low, high, 0, 0, 0, 0, 0)
        : advanceTime(arena, nowMs);
    },
    openPosition(book, site, bought, sold) {
      const limits = limitFields(bought, sold);
      return limits === null
        ? openPosition(arena, book, site, bought, sold)
        : execute(BOOK_COMMAND.OPEN_POSITION, book, site, ...limits, 0);
    },
    setPositionLimits(book, position, bought, sold) {
      const limits = limitFields(bought, sold);
      return limits === null
        ? setPositionLimits(arena, book, position, bought, sold)
        : execute(BOOK_COMMAND.SET_LIMITS, book, position, ...limits, 0);
    },
    sequence: journal.sequence,
    journal,
    snapshot: snapshooter(directory, about, arena, journal),
    snapshotSequence: recovery?.snapshotSequence ?? 0,
    tornBytes,
    close: journal.close,
  };
}

function limitFields(bought: number, sold: number): readonly [number, number, number, number] | null {
  const fields = [...longFields(bought), ...longFields(sold)] as const;
  const [a, b, c, d] = fields as readonly [number, number, number, number];
  return longOf(a, b) === bought && longOf(c, d) === sold ? [a, b, c, d] : null;
}

function executor(arena: BookArena, journal: Journal, sealEvery: number): Execute {
  const { ring } = journal;
  const { state } = ring;
  let sealAt = (Math.floor((ring.sequence + 1) / sealEvery) + 1) * sealEvery;
  if ((ring.sequence + 1) % sealEvery === 0) seal();

  function seal(): void {
    const [high, low] = sealFields(arenaHash(arena));
    putCommand(ring, SEAL, 2, high, low, 0, 0, 0, 0, 0);
    sealAt = ring.sequence + sealEvery;
  }
  return (type, a, b, c, d, e, f, g) => {
    if (state[FAILED] !== 0) journal.assertRoom(0);
    if (!hasCommandRoom(ring)) return JOURNAL_FULL;
    const answer = applyCommand(arena, type, a, b, c, d, e, f, g);
    if (answer >= 0) {
      putCommand(ring, type, COMMAND_FIELDS[type] as number, a, b, c, d, e, f, g);
      if (ring.sequence + 1 === sealAt) seal();
    }
    return answer;
  };
}

function snapshooter(
  directory: string,
  about: JournalAbout,
  arena: BookArena,
  journal: Journal,
): () => Promise<SnapshotTaken> {
  let isBusy = false;
  return async () => {
    if (isBusy)
      throw new CommonwattError("JOURNAL_SNAPSHOT_BUSY", "a snapshot is being taken", { retryable: true });
    isBusy = true;
    try {
      const sequence = journal.sequence();
      const hash = arenaHash(arena);
      const parts = takeSnapshot(arena);
      // A snapshot must never know more than the journal.
      await journal.durable();
      const name = await writeSnapshot(directory, { about, sequence, hash, arena: parts });
      const found = await readSnapshot(join(directory, name));
      assert(found.sequence === sequence && found.hash === hash, "a snapshot reads as it was written");
      return { sequence, hash, filesRemoved: await compactJournal(directory) };
    } finally {
      isBusy = false;
    }
  };
}
