import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { clearedJournal } from "../../test/cleared-journal.ts";
import { firstSegment } from "../../test/market-records.ts";
import { INTERVAL } from "../../test/sample-market.ts";
import { temporaryFolder } from "../../test/temporary-folder.ts";
import { arenaHash } from "../book/book-hash.ts";
import { BOOK_PHASE } from "../book/layout.ts";
import { type DurableBooks, openDurableBooks } from "../durable/durable-books.ts";
import { runReplay } from "./replay-command.ts";

async function run(
  folder: string,
  json: boolean,
): Promise<{ exitCode: number; lines: string[]; errors: string[] }> {
  const lines: string[] = [];
  const errors: string[] = [];
  const output = {
    line: (text: string) => void lines.push(text),
    errorLine: (text: string) => void errors.push(text),
  };
  return { exitCode: await runReplay(folder, json, output), lines, errors };
}

/** Two books with three orders at rest, and all of it on the disk. */
async function someBooks(): Promise<{ folder: string; books: DurableBooks }> {
  const folder = await temporaryFolder();
  const size = { booksMax: 4, ordersMax: 16, positionsMax: 8, ticksMax: 64, laddersMax: 1 };
  const books = await openDurableBooks(folder, "sonnenweg", size);
  onTestFinished(() => books.close());
  const [one, other] = [1, 2].map((tag) => books.openBook(tag, 64, 0, BOOK_PHASE.CONTINUOUS)) as [
    number,
    number,
  ];
  const site = books.openPosition(one, 1, 1_000, 1_000);
  const otherSite = books.openPosition(other, 1, 1_000, 1_000);
  books.submitOrder(one, site, 0, 9, 100, 0, 0);
  books.submitOrder(one, site, 1, 12, 100, 0, 0);
  books.submitOrder(other, otherSite, 1, 12, 50, 3, 60_000);
  expect(books.submitOrder(other, otherSite, 0, 64, 100, 0, 0)).toBeLessThan(0);
  books.submitOrder(other, otherSite, 0, 11, 100, 1, 0);
  books.advanceTime(5_000);
  books.journal.waitDurable();
  return { folder, books };
}

describe("commonwatt replay", () => {
  it("prints NDJSON that ends with a summary", async () => {
    const { folder, stateHash } = await clearedJournal();
    const { exitCode, lines, errors } = await run(folder, true);
    expect(exitCode).toBe(0);
    expect(errors).toEqual([]);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        event: "clearing",
        intervalIndex: INTERVAL.index,
        status: "cleared",
        clearedAt: "2026-11-14T05:59:00.000Z",
        clearingPrice: 200_000,
        volumeWh: 500,
        continuous: { volumeWh: 0, tradeCount: 0, lowPrice: null, highPrice: null, meanPrice: null },
        bidCount: 1,
        offerCount: 1,
        trades: 1,
      },
      {
        event: "summary",
        ok: true,
        community: "sonnenweg",
        records: 5,
        snapshotRecords: 0,
        tornBytes: 0,
        inputs: 5,
        sites: 4,
        orders: 2,
        openIntervals: 0,
        clearings: 1,
        trades: 1,
        volumeWh: 500,
        stateHash,
      },
    ]);
  });

  it("prints a table for a person", async () => {
    const { folder, stateHash } = await clearedJournal();
    await writeFile(firstSegment(folder), "abc", { flag: "a" });
    const { exitCode, lines } = await run(folder, false);
    expect(exitCode).toBe(0);
    expect(lines).toEqual([
      "  interval   status  price/kWh         kWh  trades  bids  offers",
      "   1994040  cleared     0.2000       0.500       1     1       1",
      "",
      "community   sonnenweg",
      "records     5 and 3 bytes of what was never finished",
      "orders      2 of 4 sites",
      "intervals   1 closed, 0 open",
      "trades      1, 0.500 kWh",
      `state hash  ${stateHash}`,
    ]);
  });

  it("ends with 1 and the code when the journal is damaged", async () => {
    const { folder } = await clearedJournal();
    const bytes = await readFile(firstSegment(folder));
    bytes[4] = (bytes[4] ?? 0) ^ 4;
    await writeFile(firstSegment(folder), bytes);
    const plain = await run(folder, false);
    expect(plain).toMatchObject({ exitCode: 1, lines: [] });
    expect(plain.errors).toEqual([expect.stringMatching(/^JOURNAL_CORRUPT: the journal /)]);
    const json = await run(folder, true);
    expect(json).toMatchObject({ exitCode: 1, errors: [] });
    expect(JSON.parse(json.lines[0] ?? "")).toMatchObject({
      event: "summary",
      ok: false,
      code: "JOURNAL_CORRUPT",
      details: { offset: 0 },
    });
  });

  it("tells what the journal of durable books amounts to, with a snapshot or without one", async () => {
    const { folder, books } = await someBooks();
    const [json, plain] = [await run(folder, true), await run(folder, false)];
    expect([json, plain]).toMatchObject([
      { exitCode: 0, errors: [] },
      { exitCode: 0, errors: [] },
    ]);
    const stateHash = arenaHash(books.arena);
    const counts = { books: 2, orders: 3, nowMs: 5_000, stateHash };
    const summary = { event: "summary", ok: true, community: "sonnenweg", records: 9, ...counts };
    expect(json.lines.map((line) => JSON.parse(line))).toEqual([
      { ...summary, snapshotSequence: 0, tornBytes: 0 },
    ]);
    expect(plain.lines).toEqual([
      "community   sonnenweg",
      "records     9",
      "books       2",
      "orders      3 at rest",
      "time        5000 ms",
      `state hash  ${stateHash}`,
    ]);
    await books.snapshot();
    await writeFile(firstSegment(folder), "abc", { flag: "a" });
    expect((await run(folder, false)).lines[1]).toBe(
      "records     9, 9 of them from a snapshot and 3 bytes of what was never finished",
    );
    expect(JSON.parse((await run(folder, true)).lines[0] ?? "")).toEqual({
      ...summary,
      snapshotSequence: 9,
      tornBytes: 3,
    });
  });

  it("ends with 1 and the code when the journal of durable books is damaged", async () => {
    const { folder } = await someBooks();
    const bytes = await readFile(firstSegment(folder));
    const at = bytes.length - 20;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(firstSegment(folder), bytes);
    const { exitCode, lines } = await run(folder, true);
    expect(exitCode).toBe(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      event: "summary",
      ok: false,
      code: "JOURNAL_CORRUPT",
      details: { file: firstSegment(folder) },
    });
  });

  it("ends with 2 when there is no journal", async () => {
    const folder = await temporaryFolder();
    expect(await run(folder, false)).toEqual({
      exitCode: 2,
      lines: [],
      errors: [`JOURNAL_MISSING: there is no journal in ${folder}`],
    });
  });
});
