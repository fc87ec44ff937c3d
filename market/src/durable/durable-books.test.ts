import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { temporaryFolder } from "../../test/temporary-folder.ts";
import { type BookArena, createArena } from "../book/book-arena.ts";
import { clearEvents, eventCount } from "../book/book-event.ts";
import { arenaHash } from "../book/book-hash.ts";
import { BOOK_PHASE } from "../book/layout.ts";
import { segmentName } from "../journal/file-names.ts";
import { openJournal } from "../journal/journal.ts";
import { listFiles } from "../journal/journal-files.ts";
import { applyNextRecord, LOAD_SEAL_EVERY, LOAD_SIZE, loadCommand } from "../kill-test/order-load.ts";
import { BOOK_COMMAND } from "./book-command.ts";
import { type DurableBooks, type DurableBooksOptions, openDurableBooks } from "./durable-books.ts";
import { JOURNAL_FULL } from "./journaled-commands.ts";
import { replayBooks } from "./recover-books.ts";

const { CANCEL, OPEN_BOOK, SEAL, SUBMIT } = BOOK_COMMAND;

async function opened(folder: string, options: DurableBooksOptions = {}): Promise<DurableBooks> {
  const books = await openDurableBooks(folder, "sonnenweg", LOAD_SIZE, {
    sealEvery: LOAD_SEAL_EVERY,
    ...options,
  });
  onTestFinished(() => books.close());
  return books;
}

/** Gives commands of the load until so many records are taken. */
function load(books: DurableBooks, until: number): void {
  while (books.sequence() < until) {
    const sequence = books.sequence() + 1;
    for (let attempt = 0; books.sequence() < sequence; attempt++) {
      clearEvents(books.arena);
      books.execute(...loadCommand(books.arena, 1, sequence, attempt));
    }
  }
}

/** The same load in memory alone. */
function inMemory(records: number): BookArena {
  const arena = createArena(LOAD_SIZE);
  for (let sequence = 1; sequence <= records; sequence++) applyNextRecord(arena, 1, sequence);
  return arena;
}

describe("durable books", () => {
  it("come back as they were, whether from the beginning or from a snapshot", async () => {
    const folder = await temporaryFolder();
    const books = await opened(folder);
    load(books, 3_000);
    const { sequence, filesRemoved } = await books.snapshot();
    expect([sequence, filesRemoved]).toEqual([3_000, 0]);
    load(books, 5_500);
    const hash = arenaHash(books.arena);
    await books.close();
    expect(hash).toBe(arenaHash(inMemory(5_500)));
    const whole = await replayBooks(folder, { fromSnapshot: false });
    const short = await replayBooks(folder);
    expect([whole.hash, whole.sequence, whole.snapshotSequence]).toEqual([hash, 5_500, 0]);
    expect([short.hash, short.sequence, short.snapshotSequence]).toEqual([hash, 5_500, 3_000]);
    const again = await opened(folder);
    expect([again.snapshotSequence, again.sequence()]).toEqual([3_000, 5_500]);
    load(again, 7_000);
    expect(arenaHash(again.arena)).toBe(arenaHash(inMemory(7_000)));
  });

  it("tell what is on the disk, and journal nothing that was refused", async () => {
    const folder = await temporaryFolder();
    const books = await opened(folder);
    const book = books.execute(OPEN_BOOK, 7, 64, 0, BOOK_PHASE.CONTINUOUS, 0, 0, 0);
    const site = books.openPosition(book, 1, 2 ** 40, 0);
    expect(books.execute(SUBMIT, book, site, 0, 64, 100, 0, 0)).toBeLessThan(0);
    expect(books.execute(SUBMIT, book, site, 0, 0.5, 100, 0, 0)).toBeLessThan(0);
    expect(books.execute(CANCEL, 5, 0, 0, 0, 0, 0, 0)).toBeLessThan(0);
    for (const nowMs of [-1, 0.5, 2 ** 53, Number.NaN]) expect(books.advanceTime(nowMs)).toBeLessThan(0);
    for (const limit of [-1, 0.5, 2 ** 53]) {
      expect(books.openPosition(book, 2, limit, 0)).toBeLessThan(0);
      expect(books.setPositionLimits(book, site, 0, limit)).toBeLessThan(0);
    }
    expect(books.advanceTime(2 ** 41 + 5)).toBe(0);
    expect(books.setPositionLimits(book, site, 2 ** 41, 2 ** 52)).toBe(0);
    expect(books.sequence()).toBe(4);
    await books.journal.durable();
    expect(books.journal.durableUpTo()).toBe(4);
    expect((await replayBooks(folder)).hash).toBe(arenaHash(books.arena));
  });

  it("refuse by a code when the disk is behind, and have done nothing then", async () => {
    const folder = await temporaryFolder();
    const books = await opened(folder, { ringSizeBits: 5 });
    let hash = "";
    let answer = 0;
    for (let tag = 0; answer >= 0; tag++) {
      hash = arenaHash(books.arena);
      answer = books.execute(OPEN_BOOK, tag, 64, 0, BOOK_PHASE.CONTINUOUS, 0, 0, 0);
    }
    expect([answer, arenaHash(books.arena), books.sequence()]).toEqual([JOURNAL_FULL, hash, 5]);
    books.journal.waitRoom();
    expect(books.execute(BOOK_COMMAND.CLOSE_BOOK, 1 + 16, 0, 0, 0, 0, 0, 0)).not.toBe(JOURNAL_FULL);
  });

  it("show what happened again to those who watch the replay", async () => {
    const folder = await temporaryFolder();
    const books = await opened(folder);
    load(books, 400);
    await books.close();
    let events = 0;
    let expected = 0;
    const again = await opened(folder, {
      watch(_, arena) {
        events += eventCount(arena);
      },
    });
    const arena = createArena(LOAD_SIZE);
    for (let sequence = 1; sequence <= 400; sequence++) {
      applyNextRecord(arena, 1, sequence);
      expected += eventCount(arena);
    }
    expect(events).toBe(expected);
    expect(eventCount(again.arena)).toBe(0);
  });
});

describe("a journal of books of version 2", () => {
  const SAMPLE = join(import.meta.dirname, "../../test/version-2/books");
  /** What version 2 called the state after the sample's 330 records. */
  const HASH = "23b79d31a35e3ccb";

  it("is replayed, stays as it is, and is gone on with in the format of today", async () => {
    const folder = await temporaryFolder();
    await cp(SAMPLE, folder, { recursive: true });
    expect(await replayBooks(folder)).toMatchObject({ hash: HASH, sequence: 330, tornBytes: 0 });
    const books = await opened(folder);
    expect(arenaHash(books.arena)).toBe(HASH);
    load(books, 900);
    const hash = arenaHash(books.arena);
    await books.close();
    expect(await readdir(folder)).toEqual([segmentName(1), segmentName(331)]);
    expect(await readFile(join(folder, segmentName(1)))).toEqual(
      await readFile(join(SAMPLE, segmentName(1))),
    );
    expect(await replayBooks(folder)).toMatchObject({ hash, sequence: 900, tornBytes: 0 });
  });

  it("loses its torn tail, and is refused when a bit of it was flipped", async () => {
    const folder = await temporaryFolder();
    await cp(SAMPLE, folder, { recursive: true });
    const file = join(folder, segmentName(1));
    const bytes = await readFile(file);
    for (let at = 0; at < bytes.length; at += 97) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
      await writeFile(file, damaged);
      await expect(replayBooks(folder), `byte ${at}`).rejects.toMatchObject({ code: "JOURNAL_CORRUPT" });
    }
    await writeFile(file, bytes.subarray(0, -1));
    const books = await opened(folder);
    expect(books.tornBytes).toBeGreaterThan(0);
    const kept = books.sequence();
    expect(kept).toBeLessThan(330);
    load(books, kept + 1);
    await books.close();
    expect(await readdir(folder)).toEqual([segmentName(1), segmentName(kept + 1)]);
  });
});

describe("records of commands", () => {
  it("come back with the widest values that a field may have", async () => {
    const folder = await temporaryFolder();
    const size = { booksMax: 1, ordersMax: 8, positionsMax: 1, ticksMax: 32_768, laddersMax: 1 };
    const books = await openDurableBooks(folder, "sonnenweg", size);
    const book = books.execute(OPEN_BOOK, -1, 32_768, 3, BOOK_PHASE.CONTINUOUS, 0, 0, 0);
    const site = books.openPosition(book, 2 ** 31 - 1, 2 ** 52, 2 ** 52);
    const orders = ([0, 1] as const).map((side) =>
      books.submitOrder(book, site, side, side * 32_767, 2 ** 31 - 1, 3, 2 ** 31 - 1),
    );
    const [bid = 0, offer = 0] = orders;
    expect(books.replaceOrder(bid, 0, 32_766, 2 ** 31 - 1)).toBe(0);
    expect(books.cancelOrder(offer, 0)).toBe(0);
    expect(books.submitOrder(book, site, 1, 32_767, 1, 0, 0)).toBeGreaterThan(0);
    await books.close();
    expect(await replayBooks(folder)).toMatchObject({ sequence: 7, hash: arenaHash(books.arena) });
  });
});

describe("snapshots", () => {
  /** A folder with three snapshots taken, hence two left, and small segments. */
  async function compacted(): Promise<{ folder: string; hash: string }> {
    const folder = await temporaryFolder();
    const books = await opened(folder, { segmentBytesMax: 20_000 });
    for (const records of [2_000, 4_000, 6_000]) {
      for (let until = records - 1_900; until <= records; until += 100) {
        load(books, until);
        books.journal.waitDurable();
      }
      await books.snapshot();
    }
    load(books, 6_500);
    await books.close();
    return { folder, hash: arenaHash(books.arena) };
  }

  it("make what came before the older of two superfluous, and nothing else", async () => {
    const { folder, hash } = await compacted();
    const { segments, snapshots } = await listFiles(folder);
    expect(snapshots.map(({ sequence }) => sequence)).toEqual([4_000, 6_000]);
    const [first, second] = segments;
    expect(first?.sequence).toBeGreaterThan(1);
    expect(first?.sequence).toBeLessThanOrEqual(4_001);
    expect(second?.sequence).toBeGreaterThan(4_001);
    expect(await replayBooks(folder)).toMatchObject({ hash, snapshotSequence: 6_000 });
    await expect(replayBooks(folder, { fromSnapshot: false })).rejects.toMatchObject({
      code: "JOURNAL_CORRUPT",
    });
  });

  it("are passed over when they are damaged, as long as one and the records after it are left", async () => {
    const { folder, hash } = await compacted();
    const { snapshots } = await listFiles(folder);
    for (const { name } of snapshots.toReversed()) {
      const bytes = await readFile(join(folder, name));
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 8;
      await writeFile(join(folder, name), bytes);
      if (name === snapshots[1]?.name)
        expect(await replayBooks(folder)).toMatchObject({ hash, snapshotSequence: 4_000 });
    }
    await expect(replayBooks(folder)).rejects.toMatchObject({ code: "JOURNAL_CORRUPT" });
  });

  it("are refused when the journal ends before them, or is another one", async () => {
    const { folder } = await compacted();
    const { segments } = await listFiles(folder);
    for (const { name, sequence } of segments) if (sequence > 5_000) await rm(join(folder, name));
    await expect(replayBooks(folder)).rejects.toMatchObject({ code: "JOURNAL_CORRUPT" });
    const [one, other] = [await compacted(), await compacted()];
    for (const name of await readdir(other.folder))
      await writeFile(join(one.folder, name), await readFile(join(other.folder, name)));
    const { snapshots } = await listFiles(one.folder);
    const newest = snapshots.at(-1)?.name ?? "";
    const foreign = await compacted();
    await writeFile(join(one.folder, newest), await readFile(join(foreign.folder, newest)));
    await expect(replayBooks(one.folder)).rejects.toMatchObject({ code: "JOURNAL_CORRUPT" });
  });
});

describe("a journal of books that does not replay", () => {
  async function journalOf(
    ...records: readonly (readonly [type: number, ...fields: number[]])[]
  ): Promise<string> {
    const folder = await temporaryFolder();
    const about = { content: "book-commands", community: "sonnenweg", rules: { ...LOAD_SIZE } };
    const { journal } = await openJournal(folder, about, async () => ({ from: 1, start: () => () => {} }));
    for (const [type, ...fields] of records)
      journal.append(type, new Uint8Array(Int32Array.from(fields).buffer));
    await journal.close();
    return folder;
  }

  it.each([
    ["a command that is refused", [[CANCEL, 1, 0]], "unknown-order"],
    [
      "another state than was sealed",
      [
        [OPEN_BOOK, 1, 8, 0, 1],
        [SEAL, 1, 2],
      ],
      "another state",
    ],
    ["a type of record that is none", [[99, 1]], "a record of type 99 and 4 bytes"],
    ["a command with too few fields", [[CANCEL, 1]], "a record of type 17 and 4 bytes"],
  ] as const)("is refused: %s", async (_, records, outcome) => {
    const folder = await journalOf(...records);
    await expect(replayBooks(folder)).rejects.toMatchObject({
      code: "JOURNAL_DIVERGED",
      details: { sequence: records.length, outcome },
    });
  });

  it("is refused when it is of a live market", async () => {
    const folder = await temporaryFolder();
    const about = { content: "market-inputs", community: "sonnenweg", rules: {} };
    const { journal } = await openJournal(folder, about, async () => ({ from: 1, start: () => () => {} }));
    await journal.close();
    await expect(replayBooks(folder)).rejects.toMatchObject({ code: "JOURNAL_WRONG_FORMAT" });
    await expect(openDurableBooks(folder, "sonnenweg", LOAD_SIZE)).rejects.toMatchObject({
      code: "JOURNAL_WRONG_FORMAT",
    });
    expect(await readdir(folder)).toEqual([segmentName(1)]);
  });
});
