import { readFile, writeFile } from "node:fs/promises";
import {
  deliveryInterval,
  epochMs,
  type Hex,
  intervalIndex,
  priceMicroPerKwh,
  siteId,
  type TradingVenue,
  wattHours,
} from "@commonwatt/vpp-core";
import { describe, expect, it, onTestFinished } from "vitest";
import { firstSegment, readRecords } from "../test/market-records.ts";
import {
  BEFORE,
  bulkOf,
  COMMUNITY,
  cancelOf,
  INTERVAL,
  keyOf,
  orderOf,
  replacementOf,
  type SampleContext,
  SITES,
  sampleContext,
} from "../test/sample-market.ts";
import { temporaryFolder } from "../test/temporary-folder.ts";
import { type DoubleAuctionOptions, doubleAuction } from "./double-auction.ts";
import { orderId } from "./order/order-id.ts";
import { replayJournal } from "./replay/replay-journal.ts";

const NEXT = deliveryInterval(intervalIndex(INTERVAL.index + 1), 15);

async function started(context: SampleContext, options?: DoubleAuctionOptions): Promise<TradingVenue> {
  const venue = doubleAuction(options);
  await venue.start(context);
  onTestFinished(() => venue.stop());
  return venue;
}

/** A venue with one cleared interval (500 Wh at 200 000) and an order in the next, stopped; its folder and hash. */
async function usedVenue(): Promise<{ context: SampleContext; stateHash: Hex }> {
  const context = sampleContext(await temporaryFolder());
  const venue = await started(context);
  await venue.openInterval(INTERVAL);
  await venue.openInterval(NEXT);
  await Promise.all([
    venue.submit(orderOf(1, "bid", 500, 280_000)),
    venue.submit(orderOf(3, "offer", 500, 120_000)),
  ]);
  await venue.closeGate(INTERVAL.index);
  await venue.submit(orderOf(2, "bid", 400, 250_000, NEXT));
  const stateHash = venue.stateHash();
  await venue.stop();
  return { context, stateHash };
}

describe("doubleAuction", () => {
  it("signs, takes and clears orders", async () => {
    const context = sampleContext(await temporaryFolder());
    const venue = await started(context);
    await venue.openInterval(INTERVAL);
    await venue.openInterval(INTERVAL);
    expect(venue.openIntervals()).toEqual([INTERVAL]);
    const signer = venue.signer(COMMUNITY, keyOf(1));
    expect(signer.account).toBe(SITES[0]?.account);
    const intent = {
      siteId: siteId("home-1"),
      intervalIndex: INTERVAL.index,
      side: "bid" as const,
      energyWh: wattHours(500),
      limitPrice: priceMicroPerKwh(280_000),
    };
    const bid = signer.sign(intent);
    expect(signer.sign(intent).salt).not.toBe(bid.salt);
    const reply = await venue.submit(bid);
    expect(reply).toEqual({
      status: "accepted",
      orderId: expect.stringMatching(/^0x[0-9a-f]{64}$/),
      sequence: 3,
    });
    expect(await venue.submit(bid)).toEqual(reply);
    expect(await venue.submit({ ...bid, energyWh: wattHours(501) })).toMatchObject({
      status: "rejected",
      code: "bad-signature",
    });
    await venue.submit(orderOf(3, "offer", 700, 120_000));
    const clearing = await venue.closeGate(INTERVAL.index);
    expect(clearing).toMatchObject({ status: "cleared", clearingPrice: 120_000, volumeWh: 500 });
    expect(clearing.trades).toMatchObject([
      { id: `${INTERVAL.index}-1`, sellerId: "home-3", buyerId: "home-1", energyWh: 500, price: 120_000 },
    ]);
    context.clock.advanceTo(INTERVAL.endMs);
    expect(await venue.closeGate(INTERVAL.index)).toEqual(clearing);
    expect(venue.clearings(INTERVAL.index)).toEqual([clearing]);
    expect(venue.clearings(NEXT.index)).toEqual([]);
    expect(venue.openIntervals()).toEqual([]);
  });

  it("has every answer on the disk before it gives it", async () => {
    const context = sampleContext(await temporaryFolder());
    const venue = await started(context);
    await venue.openInterval(INTERVAL);
    const kinds = async (): Promise<unknown[]> =>
      (await readRecords(context.directory)).map((record) => record["kind"]);
    const bid = orderOf(1, "bid", 500, 280_000);
    const answered: string[] = [];
    const submit = async (name: string): Promise<unknown[]> => {
      await venue.submit(bid);
      answered.push(name);
      return kinds();
    };
    const first = submit("first");
    const again = submit("again");
    const closed = venue.closeGate(INTERVAL.index).then(kinds);
    expect(venue.clearings(intervalIndex(0))).toEqual([]);
    for (const seen of await Promise.all([first, again])) expect(seen).toContain("order-submitted");
    expect(answered).toEqual(["first", "again"]);
    expect(await closed).toEqual(["register-changed", "interval-opened", "order-submitted", "gate-closed"]);
    expect(venue.clearings(intervalIndex(0))).toHaveLength(1);
  });

  it("comes back after a stop as it was, and writes nothing for it", async () => {
    const { context, stateHash } = await usedVenue();
    const before = await readFile(firstSegment(context.directory));
    const venue = await started(context);
    expect(venue.stateHash()).toBe(stateHash);
    expect(venue.openIntervals()).toEqual([NEXT]);
    expect(venue.clearings(intervalIndex(0))).toMatchObject([
      { intervalIndex: INTERVAL.index, volumeWh: 500 },
    ]);
    expect(await readFile(firstSegment(context.directory))).toEqual(before);
    context.clock.advanceTo(NEXT.startMs);
    expect(await venue.closeGate(NEXT.index)).toMatchObject({ status: "void", bidCount: 1, trades: [] });
  });

  it("keeps cancels, replacements and orders signed at once in its journal", async () => {
    const context = sampleContext(await temporaryFolder());
    const venue = await started(context);
    await venue.openInterval(INTERVAL);
    const bid = orderOf(1, "bid", 500, 280_000);
    await venue.submit(bid);
    const replacement = replacementOf(1, "bid", 600, 290_000, orderId(bid));
    const replaced = await venue.submit(replacement);
    expect(replaced).toMatchObject({ status: "accepted" });
    const [daily] = bulkOf(2, { group: 1, counter: 1 }, [INTERVAL]);
    if (daily === undefined) throw new Error("no order");
    expect(await venue.submit(daily)).toMatchObject({ status: "accepted" });
    const cancel = cancelOf(2, { scope: "group", group: 1, counter: 2 });
    const cancelled = await venue.cancel(cancel);
    expect(cancelled).toEqual({ status: "cancelled", orderIds: [orderId(daily)], sequence: 6 });
    expect(await venue.cancel({ ...cancel, siteId: siteId("home-1") })).toMatchObject({
      status: "rejected",
      code: "account-mismatch",
    });
    const stateHash = venue.stateHash();
    await venue.stop();
    expect((await replayJournal(context.directory)).stateHash).toBe(stateHash);
    const again = await started(context);
    expect(again.stateHash()).toBe(stateHash);
    expect(await again.cancel(cancel)).toEqual(cancelled);
    expect(await again.submit(replacement)).toEqual(replaced);
    expect(again.stateHash()).toBe(stateHash);
  });

  it("loses nothing but the record that was torn, wherever the cut is", async () => {
    const { context } = await usedVenue();
    const bytes = await readFile(firstSegment(context.directory));
    const lastStart = bytes.lastIndexOf("CWB1");
    await writeFile(firstSegment(context.directory), bytes.subarray(0, lastStart));
    const expected = (await replayJournal(context.directory)).stateHash;
    for (let length = lastStart + 1; length < bytes.length; length += 13) {
      await writeFile(firstSegment(context.directory), bytes.subarray(0, length));
      const venue = await started(context);
      expect(venue.stateHash(), `cut at ${length}`).toBe(expected);
      await venue.stop();
    }
    expect(context.lines).toContainEqual({
      level: "warn",
      message: "cut an unfinished batch off the market's journal",
    });
  });

  it("takes a changed register from the next input on", async () => {
    const { context } = await usedVenue();
    const smaller = { ...context, sites: SITES.slice(1) };
    const venue = await started(smaller);
    expect(await venue.submit(orderOf(1, "bid", 100, 250_000, NEXT))).toMatchObject({ code: "unknown-site" });
    const stateHash = venue.stateHash();
    await venue.stop();
    expect(await replayJournal(context.directory)).toMatchObject({
      stateHash,
      counts: { sites: 3, orders: 3 },
    });
  });

  it("keeps the rules a journal was written by, when the operator changes them", async () => {
    const { context } = await usedVenue();
    const venue = await started(context, { mechanism: { name: "uniform-price", kPerMille: 0 } });
    context.clock.advanceTo(epochMs(NEXT.startMs - 60_000));
    await venue.submit(orderOf(4, "offer", 400, 100_000, NEXT));
    const clearing = await venue.closeGate(NEXT.index);
    expect(clearing.clearingPrice).toBe(100_000);
    await venue.stop();
    const { clearings } = await replayJournal(context.directory);
    expect(clearings.map((past) => past.clearingPrice)).toEqual([200_000, 100_000]);
  });

  it("is one writer's, one community's, and whole", async () => {
    const { context } = await usedVenue();
    await expect(doubleAuction().start({ ...context, community: "lindenweg" })).rejects.toMatchObject({
      code: "JOURNAL_WRONG_COMMUNITY",
    });
    const venue = await started(context);
    await expect(venue.start(context)).rejects.toMatchObject({ code: "MARKET_RUNNING" });
    await expect(doubleAuction().start(context)).rejects.toMatchObject({ code: "JOURNAL_LOCKED" });
    await venue.stop();
    const bytes = await readFile(firstSegment(context.directory));
    bytes[500] = (bytes[500] ?? 0) ^ 1;
    await writeFile(firstSegment(context.directory), bytes);
    await expect(doubleAuction().start(context)).rejects.toMatchObject({
      code: "JOURNAL_CORRUPT",
      details: { file: firstSegment(context.directory) },
    });
  });

  it("does nothing before it is started and after it is stopped", async () => {
    const venue = doubleAuction();
    const notRunning = expect.objectContaining({ code: "MARKET_NOT_RUNNING", retryable: true });
    await venue.stop();
    await expect(venue.submit(orderOf(1, "bid", 1, 1_000))).rejects.toEqual(notRunning);
    await expect(venue.openInterval(INTERVAL)).rejects.toEqual(notRunning);
    await expect(venue.closeGate(INTERVAL.index)).rejects.toEqual(notRunning);
    expect(() => venue.openIntervals()).toThrowError(notRunning);
    expect(() => venue.stateHash()).toThrowError(notRunning);
  });

  it("refuses rules that cannot be followed, at once", () => {
    expect(() => doubleAuction({ siteOrdersMax: 0 })).toThrowError("siteOrdersMax");
  });

  it("takes time from its clock alone", async () => {
    const context = sampleContext(await temporaryFolder());
    const venue = await started(context);
    await venue.openInterval(INTERVAL);
    context.clock.advanceTo(epochMs(INTERVAL.startMs - 1));
    expect((await venue.closeGate(INTERVAL.index)).clearedAtMs).toBe(INTERVAL.startMs - 1);
    expect((await readRecords(context.directory)).map((record) => record["atMs"])).toEqual([
      BEFORE,
      BEFORE,
      INTERVAL.startMs - 1,
    ]);
    expect((await replayJournal(context.directory)).community).toBe(COMMUNITY);
  });
});
