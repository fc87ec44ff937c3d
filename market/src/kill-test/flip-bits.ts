import assert from "node:assert/strict";
import { mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { isCommonwattError } from "@commonwatt/vpp-core";
import { clearEvents } from "../book/book-event.ts";
import { BOOK_FIELD, BOOK_PHASE } from "../book/layout.ts";
import { BOOK_COMMAND } from "../durable/book-command.ts";
import { readSnapshot } from "../durable/book-snapshot.ts";
import { type DurableBooks, openDurableBooks } from "../durable/durable-books.ts";
import { replayBooks } from "../durable/recover-books.ts";
import { segmentName, snapshotName } from "../journal/file-names.ts";
import type { LoadRecord } from "./order-load.ts";

const { ADVANCE, CANCEL, OPEN_BOOK, OPEN_POSITION, REPLACE, SUBMIT } = BOOK_COMMAND;

/** What became of a sample journal and its snapshot with each of their bits flipped, one at a time. */
export interface FlippedBits {
  readonly bits: number;
  /** Flips that were read as if nothing had happened, or taken for something that may be cut off. */
  readonly undetected: number;
}

/** Enough for the sample, so that its snapshot is small. */
const SIZE = { booksMax: 1, ordersMax: 8, positionsMax: 2, ticksMax: 16, laddersMax: 1 };
/** A book, two positions, orders that rest, trade and end, and two seals, in batches of three records. */
const SEAL_EVERY = 6;
const BATCH_COMMANDS = 3;
const SAMPLE: readonly LoadRecord[] = [
  [OPEN_BOOK, 7, 16, 0, BOOK_PHASE.CONTINUOUS, 0, 0, 0],
  [OPEN_POSITION, 2, 1, 5_000, 0, 5_000, 0, 0],
  [OPEN_POSITION, 2, 2, 5_000, 0, 5_000, 0, 0],
  [SUBMIT, 2, 1, 0, 9, 400, 0, 0],
  [SUBMIT, 2, 1, 0, 8, 300, 3, 60_000],
  [SUBMIT, 2, 2, 1, 9, 150, 1, 0],
  [ADVANCE, 1_000, 0, 0, 0, 0, 0, 0],
  [REPLACE, 2, 0, 8, 200, 0, 0, 0],
  [CANCEL, 2, 0, 0, 0, 0, 0, 0],
  [SUBMIT, 2, 2, 1, 12, 75, 0, 0],
];

/** Makes a small journal with a snapshot, flips every bit of both, and tells how many flips went unnoticed. */
export async function flipBits(directory: string): Promise<FlippedBits> {
  const records = await makeSample(directory);
  const journal = await flipEach(join(directory, segmentName(1)), async () => {
    const { sequence, tornBytes } = await replayBooks(directory, { fromSnapshot: false });
    return sequence === records && tornBytes === 0;
  });
  const snapshotFile = join(directory, snapshotName(records));
  const snapshot = await flipEach(snapshotFile, async () => {
    await readSnapshot(snapshotFile);
    return true;
  });
  await rm(directory, { recursive: true });
  return { bits: journal.bits + snapshot.bits, undetected: journal.undetected + snapshot.undetected };
}

/** Answers the sequence of the sample's last record. */
async function makeSample(directory: string): Promise<number> {
  await mkdir(directory, { recursive: true });
  const books = await openDurableBooks(directory, "sample", SIZE, { sealEvery: SEAL_EVERY });
  for (const [i, [type, a, ...fields]] of SAMPLE.entries()) {
    // The handle of the one book depends on the arena's size.
    const isOfBook = type === OPEN_POSITION || type === SUBMIT;
    const answer = books.execute(type, isOfBook ? firstBook(books) : a, ...fields);
    assert(answer >= 0, `the sample's command ${i} is refused with ${answer}`);
    if (i % BATCH_COMMANDS === 0) books.journal.waitDurable();
  }
  clearEvents(books.arena);
  const { sequence } = await books.snapshot();
  await books.close();
  return sequence;
}

function firstBook({ arena }: DurableBooks): number {
  return arena.books[BOOK_FIELD.BOOK_STRIDE + BOOK_FIELD.HANDLE] as number;
}

/** Flips each bit of a file; a flip is detected when reading fails for damage. */
async function flipEach(file: string, read: () => Promise<boolean>): Promise<FlippedBits> {
  const bytes = await readFile(file);
  if (!(await read())) throw new RangeError(`${file} must be whole to begin with`);
  const handle = await open(file, "r+");
  let undetected = 0;
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const at = bit >> 3;
    const mask = 1 << (bit & 7);
    const byte = bytes[at] as number;
    await handle.write(Uint8Array.of(byte ^ mask), 0, 1, at);
    if (!(await isDetected(read))) undetected++;
    await handle.write(Uint8Array.of(byte), 0, 1, at);
  }
  await handle.close();
  return { bits: bytes.length * 8, undetected };
}

async function isDetected(read: () => Promise<unknown>): Promise<boolean> {
  try {
    await read();
    return false;
  } catch (error) {
    return (
      isCommonwattError(error, "JOURNAL_CORRUPT") || isCommonwattError(error, "JOURNAL_SNAPSHOT_DAMAGED")
    );
  }
}
