import { readFile, writeFile } from "node:fs/promises";
import type { SignedOrder } from "@commonwatt/vpp-core";
import { describe, expect, it } from "vitest";
import { clearedJournal } from "../../test/cleared-journal.ts";
import { INTERVAL, sampleContext } from "../../test/sample-market.ts";
import { temporaryFolder } from "../../test/temporary-folder.ts";
import { doubleAuction } from "../double-auction.ts";
import { encodeRecord, type JournalRecord } from "../journal/journal-record.ts";
import { journalFile, readJournal } from "../journal/read-journal.ts";
import { replayJournal } from "./replay-journal.ts";

async function journalOfOneClearing(): Promise<{
  folder: string;
  records: readonly JournalRecord[];
  stateHash: string;
}> {
  const { folder, stateHash } = await clearedJournal();
  return { folder, records: (await readJournal(folder)).records, stateHash };
}

/** Writes a journal whose checksums are right, whatever it says. */
const rewrite = (folder: string, records: readonly JournalRecord[]): Promise<void> =>
  writeFile(journalFile(folder), records.map(encodeRecord).join(""));

describe("replayJournal", () => {
  it("comes to the venue's own state hash and clearings", async () => {
    const { folder, stateHash } = await journalOfOneClearing();
    expect(await replayJournal(folder)).toMatchObject({
      community: "sonnenweg",
      records: 6,
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
    await writeFile(journalFile(folder), "0123", { flag: "a" });
    const bytes = await readFile(journalFile(folder));
    expect(await replayJournal(folder)).toMatchObject({
      stateHash: venue.stateHash(),
      records: 3,
      tornBytes: 4,
    });
    expect(await readFile(journalFile(folder))).toEqual(bytes);
    await venue.stop();
  });

  it("notices a forged order, though its checksum is right", async () => {
    const { folder, records } = await journalOfOneClearing();
    const forged = records.map((record) =>
      record["kind"] === "order-submitted"
        ? { ...record, order: { ...(record["order"] as SignedOrder), energyWh: 501 } }
        : record,
    );
    await rewrite(folder, forged);
    await expect(replayJournal(folder)).rejects.toMatchObject({
      code: "JOURNAL_DIVERGED",
      details: { sequence: 3, outcome: "bad-signature" },
    });
  });

  it("notices a clearing that does not come out as it did", async () => {
    const { folder, records } = await journalOfOneClearing();
    const [header, register, ...rest] = records as readonly [
      JournalRecord,
      JournalRecord,
      ...JournalRecord[],
    ];
    const rules = { ...(register["rules"] as object), mechanism: { name: "uniform-price", kPerMille: 499 } };
    await rewrite(folder, [header, { ...register, rules }, ...rest]);
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
    await rewrite(folder, [...records, { ...input, sequence: 6 }]);
    await expect(replayJournal(folder)).rejects.toMatchObject({
      code: "JOURNAL_DIVERGED",
      details: { sequence: 6 },
    });
  });

  it.each([
    ["another version", { version: 2 }],
    ["another format", { format: "commonwatt-outbox" }],
    ["no community", { community: null }],
  ])("refuses a header with %s", async (_, change) => {
    const { folder, records } = await journalOfOneClearing();
    const [header, ...rest] = records as readonly [JournalRecord, ...JournalRecord[]];
    await rewrite(folder, [{ ...header, ...change }, ...rest]);
    await expect(replayJournal(folder)).rejects.toMatchObject({ code: "JOURNAL_WRONG_FORMAT" });
  });

  it("refuses an empty journal", async () => {
    const folder = await temporaryFolder();
    await writeFile(journalFile(folder), "");
    await expect(replayJournal(folder)).rejects.toMatchObject({ code: "JOURNAL_WRONG_FORMAT" });
  });
});
