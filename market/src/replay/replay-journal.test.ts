import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { SignedOrder } from "@commonwatt/vpp-core";
import { describe, expect, it } from "vitest";
import { clearedJournal } from "../../test/cleared-journal.ts";
import { firstSegment, type MarketRecord, readRecords, rewriteJournal } from "../../test/market-records.ts";
import { INTERVAL, sampleContext } from "../../test/sample-market.ts";
import { temporaryFolder } from "../../test/temporary-folder.ts";
import { doubleAuction } from "../double-auction.ts";
import { replayJournal } from "./replay-journal.ts";

async function journalOfOneClearing(): Promise<{
  folder: string;
  records: readonly MarketRecord[];
  stateHash: string;
}> {
  const { folder, stateHash } = await clearedJournal();
  return { folder, records: await readRecords(folder), stateHash };
}

describe("replayJournal", () => {
  it("comes to the venue's own state hash and clearings", async () => {
    const { folder, stateHash } = await journalOfOneClearing();
    expect(await replayJournal(folder)).toMatchObject({
      community: "sonnenweg",
      records: 5,
      tornBytes: 0,
      stateHash,
      counts: { inputs: 5, sites: 4, orders: 2, openIntervals: 0, clearings: 1, trades: 1 },
      clearings: [{ intervalIndex: INTERVAL.index, clearingPrice: 200_000, volumeWh: 500 }],
    });
  });

  it("replays a running market's journal without touching it", async () => {
    const folder = await temporaryFolder();
    const venue = doubleAuction();
    await venue.start(sampleContext(folder));
    await venue.openInterval(INTERVAL);
    await writeFile(firstSegment(folder), "0123", { flag: "a" });
    const bytes = await readFile(firstSegment(folder));
    expect(await replayJournal(folder)).toMatchObject({
      stateHash: venue.stateHash(),
      records: 2,
      tornBytes: 4,
    });
    expect(await readFile(firstSegment(folder))).toEqual(bytes);
    await venue.stop();
  });

  it("notices a forged order, though its checksum is right", async () => {
    const { folder, records } = await journalOfOneClearing();
    const forged = records.map((record) =>
      record["kind"] === "order-submitted"
        ? { ...record, order: { ...(record["order"] as SignedOrder), energyWh: 501 } }
        : record,
    );
    await rewriteJournal(folder, forged);
    await expect(replayJournal(folder)).rejects.toMatchObject({
      code: "JOURNAL_DIVERGED",
      details: { sequence: 3, outcome: "bad-signature" },
    });
  });

  it("notices a clearing that does not come out as it did", async () => {
    const { folder, records } = await journalOfOneClearing();
    const [register, ...rest] = records as readonly [MarketRecord, ...MarketRecord[]];
    const rules = { ...(register["rules"] as object), mechanism: { name: "uniform-price", kPerMille: 499 } };
    await rewriteJournal(folder, [{ ...register, rules }, ...rest]);
    await expect(replayJournal(folder)).rejects.toMatchObject({
      code: "JOURNAL_DIVERGED",
      details: { sequence: 5 },
    });
  });

  it.each([
    ["an unknown kind of input", { kind: "order-cancelled" }],
    ["an input that changes nothing", { kind: "interval-opened", interval: INTERVAL }],
    ["an input that cannot be", { kind: "gate-closed", intervalIndex: 7 }],
    ["an input without its fields", { kind: "register-changed" }],
  ])("refuses %s", async (_, input) => {
    const { folder, records } = await journalOfOneClearing();
    await rewriteJournal(folder, [...records, input]);
    await expect(replayJournal(folder)).rejects.toMatchObject({
      code: "JOURNAL_DIVERGED",
      details: { sequence: 6 },
    });
  });

  it("refuses a journal of something else", async () => {
    const { folder, records } = await journalOfOneClearing();
    await rewriteJournal(folder, records, { content: "book-commands" });
    await expect(replayJournal(folder)).rejects.toMatchObject({ code: "JOURNAL_WRONG_FORMAT" });
  });
});

describe("a journal of a market that only knew call auctions", () => {
  it("is refused: its rules were others", async () => {
    const folder = await temporaryFolder();
    await cp(join(import.meta.dirname, "../../test/version-2/market"), folder, { recursive: true });
    await expect(replayJournal(folder)).rejects.toMatchObject({
      code: "JOURNAL_WRONG_FORMAT",
      details: { content: "market-inputs" },
    });
    await expect(doubleAuction().start(sampleContext(folder))).rejects.toMatchObject({
      code: "JOURNAL_WRONG_FORMAT",
    });
  });
});

describe("a journal of version 1", () => {
  const HEADER = { kind: "header", format: "commonwatt-market-journal", version: 1, community: "sonnenweg" };

  const lineOf = (record: object, sequence: number): string => {
    const json = JSON.stringify({ ...record, sequence });
    return `${crc32(json).toString(16).padStart(8, "0")} ${json}\n`;
  };

  /** The sample journal as it would have been written in version 1. */
  async function journalOfVersion1(
    header: object = HEADER,
  ): Promise<{ folder: string; text: string; stateHash: string }> {
    const { records, stateHash } = await journalOfOneClearing();
    const folder = await temporaryFolder();
    const text = [header, ...records].map(lineOf).join("");
    await writeFile(join(folder, "market.journal"), text);
    return { folder, text, stateHash };
  }

  it("is refused: its market knew other rules", async () => {
    const { folder } = await journalOfVersion1();
    await expect(replayJournal(folder)).rejects.toMatchObject({ code: "JOURNAL_WRONG_FORMAT" });
    const venue = doubleAuction();
    await expect(venue.start(sampleContext(folder))).rejects.toMatchObject({ code: "JOURNAL_WRONG_FORMAT" });
  });

  it("is refused when a bit of it was flipped, or when it is of something else", async () => {
    const { folder, text } = await journalOfVersion1();
    for (let at = 0; at < text.length; at += 7) {
      const bytes = Buffer.from(text);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
      await writeFile(join(folder, "market.journal"), bytes);
      await expect(replayJournal(folder), `byte ${at}`).rejects.toMatchObject({ code: "JOURNAL_CORRUPT" });
    }
    for (const change of [{ version: 0 }, { format: "commonwatt-outbox" }, { community: null }]) {
      const other = await journalOfVersion1({ ...HEADER, ...change });
      await expect(replayJournal(other.folder)).rejects.toMatchObject({ code: "JOURNAL_WRONG_FORMAT" });
    }
    await writeFile(join(folder, "market.journal"), "");
    await expect(replayJournal(folder)).rejects.toMatchObject({ code: "JOURNAL_WRONG_FORMAT" });
  });
});
