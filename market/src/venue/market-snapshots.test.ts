import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  deliveryInterval,
  epochMs,
  type Hex,
  intervalIndex,
  type OrderReply,
  type TradingVenue,
} from "@commonwatt/vpp-core";
import { expect, it, onTestFinished } from "vitest";
import { INTERVAL, orderOf, type SampleContext, sampleContext, timedOf } from "../../test/sample-market.ts";
import { temporaryFolder } from "../../test/temporary-folder.ts";
import { type DoubleAuctionOptions, doubleAuction } from "../double-auction.ts";
import { listFiles } from "../journal/journal-files.ts";
import { readJournal } from "../journal/read-journal.ts";
import { recoverMarket } from "../replay/recover-market.ts";
import { replayJournal } from "../replay/replay-journal.ts";

const intervalOf = (number: number) => deliveryInterval(intervalIndex(INTERVAL.index + 1 + number), 15);

async function started(context: SampleContext, options: DoubleAuctionOptions): Promise<TradingVenue> {
  const venue = doubleAuction(options);
  await venue.start(context);
  onTestFinished(() => venue.stop());
  return venue;
}

/** Trades some intervals in both phases; the next one stays open with what rests in it. */
async function trade(venue: TradingVenue, context: SampleContext, from: number, to: number): Promise<void> {
  for (let number = from; number < to; number++) {
    const interval = intervalOf(number);
    context.clock.advanceTo(epochMs(interval.startMs - 600_000));
    await venue.openInterval(interval, epochMs(interval.startMs - 60_000));
    const expiresAtMs = epochMs(interval.startMs - 300_000);
    const replies: Promise<OrderReply>[] = [
      venue.submit(orderOf(3, "offer", 900, 100_000, interval)),
      venue.submit(orderOf(1, "bid", 300, 280_000, interval)),
      venue.submit(timedOf(4, "offer", 50, 400_000, { inForce: "good-till-time", expiresAtMs }, interval)),
      venue.submit(orderOf(2, "bid", 500, 90_000, interval)),
    ];
    await Promise.all(replies);
    if (number === to - 1) return;
    context.clock.advanceTo(epochMs(interval.startMs - 120_000));
    await venue.submit(orderOf(2, "bid", 200, 200_000, interval));
    await venue.closeGate(interval.index);
  }
}

/** A market that took snapshots and was stopped with a book open. */
async function usedMarket(
  options: DoubleAuctionOptions,
  intervals = 5,
): Promise<{ context: SampleContext; stateHash: Hex }> {
  const context = sampleContext(await temporaryFolder());
  const venue = await started(context, options);
  await trade(venue, context, 0, intervals);
  const stateHash = venue.stateHash();
  await venue.stop();
  return { context, stateHash };
}

const snapshotsIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith(".snapshot")).sort();

async function hashOf(folder: string, fromSnapshot: boolean): Promise<Hex | undefined> {
  const replay = await recoverMarket(folder, await listFiles(folder), "trusted", fromSnapshot);
  await readJournal(folder, replay.reader);
  return replay.engine()?.stateHash();
}

it("comes to the same from a snapshot and the rest as from the first record, and goes on", async () => {
  const options = { snapshotEvery: 10 };
  const { context, stateHash } = await usedMarket(options);
  expect((await snapshotsIn(context.directory)).length).toBe(2);
  expect(await hashOf(context.directory, true)).toBe(stateHash);
  expect(await hashOf(context.directory, false)).toBe(stateHash);
  const again = await started(context, options);
  expect(again.stateHash()).toBe(stateHash);
  expect(again.trades(intervalOf(4).index)).toHaveLength(1);
  expect(again.clearings(intervalIndex(0))).toHaveLength(4);
  context.clock.advanceTo(epochMs(intervalOf(4).startMs - 120_000));
  await again.submit(orderOf(2, "bid", 200, 200_000, intervalOf(4)));
  const { trades } = await again.closeGate(intervalOf(4).index);
  expect(trades.map(({ energyWh, phase }) => [energyWh, phase])).toEqual([
    [300, "continuous"],
    [200, "call"],
  ]);
});

it("passes over a damaged snapshot, and says which journal is damaged when none is left", async () => {
  const { context, stateHash } = await usedMarket({ snapshotEvery: 10 });
  const folder = context.directory;
  const [older = "", newest = ""] = await snapshotsIn(folder);
  for (const at of [3, 30, 3_000]) {
    const bytes = await readFile(join(folder, newest));
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 4;
    await writeFile(join(folder, newest), damaged);
    expect(await hashOf(folder, true)).toBe(stateHash);
    await writeFile(join(folder, newest), bytes);
  }
  await writeFile(join(folder, newest), (await readFile(join(folder, newest))).subarray(0, -7));
  const venue = await started(context, { snapshotEvery: 10 });
  expect(venue.stateHash()).toBe(stateHash);
  await venue.stop();
  await Promise.all([older, newest].map((name) => rm(join(folder, name))));
  expect(await hashOf(folder, true), "the first record is still there").toBe(stateHash);
});

it("finds every flipped bit of the tail, and cuts what was torn", async () => {
  const { context, stateHash } = await usedMarket({ snapshotEvery: 10 });
  const segment = (await readdir(context.directory)).filter((name) => name.endsWith(".journal")).at(-1) ?? "";
  const file = join(context.directory, segment);
  const bytes = await readFile(file);
  await writeFile(file, "0123", { flag: "a" });
  const torn = await started(context, { snapshotEvery: 10 });
  expect(torn.stateHash()).toBe(stateHash);
  await torn.stop();
  const damaged = Buffer.from(bytes);
  const at = bytes.length - 100;
  damaged[at] = (damaged[at] ?? 0) ^ 1;
  await writeFile(file, damaged);
  await expect(doubleAuction().start(context)).rejects.toMatchObject({ code: "JOURNAL_CORRUPT" });
});

it("forgets what is old, and so its state, its journal and its start stay small", async () => {
  const options = { snapshotEvery: 30, historyMs: 3_600_000 };
  const context = sampleContext(await temporaryFolder());
  const venue = await started(context, options);
  const sizes: number[] = [];
  for (const end of [12, 24, 36]) {
    await trade(venue, context, end - 12, end);
    await venue.closeGate(intervalOf(end - 1).index);
    const newest = (await snapshotsIn(context.directory)).at(-1) ?? "";
    sizes.push((await readFile(join(context.directory, newest))).length);
  }
  const known = venue.clearings(intervalIndex(0));
  expect(known).toHaveLength(6);
  expect(Math.max(...sizes)).toBeLessThan(1.2 * Math.min(...sizes));
  await expect(venue.openInterval(intervalOf(3))).rejects.toMatchObject({
    code: "MARKET_INTERVAL_FORGOTTEN",
  });
  expect(await venue.submit(orderOf(1, "bid", 300, 280_000, intervalOf(3)))).toMatchObject({
    code: "unknown-interval",
  });
  const stateHash = venue.stateHash();
  await venue.stop();
  expect((await replayJournal(context.directory)).stateHash).toBe(stateHash);
}, 60_000);
