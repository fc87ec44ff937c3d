import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { callAuction, type SignedFor, signBulk, signOrder } from "@commonwatt/market";
import {
  type BatchRecord,
  type BatchStore,
  type DeliveryInterval,
  deliveryInterval,
  durationMs,
  type Hex,
  intervalIndex,
  priceMicroPerKwh,
  type RailSite,
  type SettlementRail,
  type SignedOrder,
  sleep,
  systemClock,
  type TradingVenue,
  wattHours,
} from "@commonwatt/vpp-core";
import type { JsonRpcProvider } from "ethers";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { BatchFile } from "../batch/batch-archive.ts";
import { headerFromJson } from "../batch/batch-header.ts";
import { leavesOf } from "../batch/batch-leaves.ts";
import { verifyBatch } from "../batch/verify-batch.ts";
import { readFacts } from "../chain/chain-facts-reader.ts";
import { COURT, callData } from "../chain/contracts.ts";
import { courtReader } from "../chain/court-reader.ts";
import { type DevChain, startDevChain } from "../chain/dev-chain.ts";
import { accusationData, encodeInboxOrder } from "../chain/judge-calls.ts";
import { type Deployment, manifestPath, readManifest } from "../chain/manifest.ts";
import { memoryOutbox } from "../chain/memory-outbox.ts";
import { connectRpc } from "../chain/rpc.ts";
import { escrow } from "../escrow-rail.ts";
import { accuse } from "../proofs/accusation.ts";
import type { InboxOrder } from "../proofs/chain-facts.ts";
import { findFraud } from "../proofs/find-fraud.ts";
import { memoryBatches } from "../testing/memory-batches.ts";
import { type TestStreet, testContext, testStreet } from "../testing/street.ts";

const NONE: Hex = `0x${"00".repeat(32)}`;

let directory: string;
let chain: DevChain;
let rpc: JsonRpcProvider;
let deployment: Deployment;
let street: TestStreet;
let rail: SettlementRail;
let venue: TradingVenue;
/** Hours ahead, so that orders are in time, which the chain counts in its own. */
let interval: DeliveryInterval;
let batches: BatchStore;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "commonwatt-forced-"));
  street = testStreet(3);
  batches = memoryBatches();
  chain = await startDevChain(join(directory, "elsewhere"));
  const terms = { challengeWindowSeconds: 600, responseSeconds: 1 };
  rail = escrow({ rpcUrl: chain.rpcUrl, finality: 0, ...terms });
  const context = testContext(street, directory, { batches, outbox: memoryOutbox() });
  await rail.start(context);
  const found = await readManifest(manifestPath(directory));
  if (found === null) throw new Error("nothing was deployed");
  deployment = found;
  rpc = connectRpc(chain.rpcUrl, deployment.chainId);
  await rpc.send("anvil_autoImpersonateAccount", [true]);
  venue = callAuction();
  await venue.start({ ...context, directory: join(directory, "market"), domain: rail.signingDomain() });
  interval = deliveryInterval(intervalIndex(Math.ceil(systemClock.now() / 900_000) + 8), 15);
  await venue.openInterval(interval);
});

afterEach(async () => {
  rpc.destroy();
  await venue.stop();
  await rail.stop();
  await chain.stop();
  await rm(directory, { recursive: true, force: true });
});

function siteOf(number: number): RailSite {
  const site = street.sites[number];
  if (site === undefined) throw new RangeError("no such home");
  return site;
}

function unsigned(number: number, limitPrice: number) {
  const domain = rail.signingDomain();
  if (domain === null) throw new Error("the rail has a chain");
  const signedFor: SignedFor = { community: "test-street", domain };
  return {
    ...{
      ...signedFor,
      siteId: siteOf(number).id,
      side: number === 0 ? ("offer" as const) : ("bid" as const),
    },
    ...{ intervalIndex: interval.index, energyWh: wattHours(100), limitPrice: priceMicroPerKwh(limitPrice) },
    salt: `0x${(number + 1).toString(16).padStart(64, "0")}` as Hex,
  };
}

function inboxOf(order: SignedOrder): InboxOrder {
  const { account, limitPrice, energyWh, salt: orderSalt, signature, bulk } = order;
  const alone = { kind: 0, replaces: NONE, group: 0, counter: 0, index: 0, proof: [], signature };
  return {
    ...{ account, isBid: order.side === "bid", limitPrice, energyWh, orderSalt },
    intervalIndex: order.intervalIndex,
    signature: bulk === undefined ? alone : { ...alone, kind: 1, ...bulk },
  };
}

async function submit(from: Hex, order: Hex): Promise<void> {
  await rpc.send("anvil_setBalance", [from, "0xde0b6b3a7640000"]);
  const data = callData(COURT, "submitOrder", [order]);
  await rpc.send("eth_sendTransaction", [{ from, to: deployment.court, data }]);
}

/** Waits until the interval's batch is before the court, and says what is wrong with it. */
async function judge(
  record: BatchRecord,
): Promise<{ readonly file: BatchFile; readonly kinds: readonly string[] }> {
  const court = courtReader(rpc, deployment);
  while ((await court.progress()).head < record.number) await sleep(systemClock, durationMs(20));
  const file = { header: record.header, archive: record.archive } as BatchFile;
  const committedAt = (await court.commitOf(record.number, null))?.committedAt ?? 0;
  const facts = await readFacts(rpc, deployment, file, committedAt);
  expect(verifyBatch(null, file, "checked", facts.domain)).toEqual([]);
  return { file, kinds: findFraud(null, file, facts).map(({ kind }) => kind) };
}

it("takes in what sites put on the chain, says which of it the market turns down, and ignores the rest", {
  timeout: 60_000,
}, async () => {
  const offer = signOrder(unsigned(0, 100_000), siteOf(0).ownerKey);
  const [bid] = signBulk([unsigned(1, 200_000)], { group: 3, counter: 1 }, siteOf(1).ownerKey);
  const offTick = signOrder(unsigned(2, 150_001), siteOf(2).ownerKey);
  if (bid === undefined) throw new Error("one order was signed");
  for (const order of [offer, bid, offTick]) await submit(order.account, encodeInboxOrder(inboxOf(order)));
  // By a stranger, not by whose key it names, and no order at all.
  const copied = signOrder({ ...unsigned(2, 180_000), salt: NONE }, siteOf(2).ownerKey);
  await submit(offer.account, encodeInboxOrder(inboxOf(copied)));
  await submit(bid.account, encodeInboxOrder(inboxOf({ ...copied, account: bid.account })));
  await submit(bid.account, "0x1234");

  const forced = await rail.forcedOrders(interval);
  expect(forced).toEqual([offer, bid, offTick]);
  const replies = await Promise.all(forced.map((order) => venue.submit(order)));
  expect(replies).toMatchObject([
    { status: "accepted" },
    { status: "accepted" },
    { status: "rejected", code: "price-off-tick" },
  ]);

  const { trades, clearingPrice } = await venue.closeGate(interval.index);
  expect(trades).toHaveLength(1);
  const delivery = street.deliver(
    interval,
    [
      [0, 100],
      [100, 0],
      [0, 0],
    ],
    [],
  );
  const orders = venue.bookedOrders(interval.index);
  await rail.settle({ ...delivery, clearingPrice, trades, orders });
  const record = await batches.byInterval(interval.index);
  if (record === null) throw new Error("nothing was settled");
  const { file, kinds } = await judge(record);
  expect(kinds).toEqual([]);
  const ended = new Map(leavesOf(file.archive).orders.map(({ orderSalt, ended }) => [orderSalt, ended]));
  expect([offer, bid, offTick].map(({ salt }) => ended.get(salt))).toEqual([0, 0, 4]);
  expect(ended.size).toBe(3);

  // The real judge has nothing against the refusal either.
  const index = leavesOf(file.archive).orders.findIndex(({ ended }) => ended === 4);
  const facts = await readFacts(rpc, deployment, file, 0);
  const { openCase } = await import("../proofs/case-file.ts");
  const { order, opened } = openCase(null, file, facts);
  const accusation = accuse(
    ...(["cancel-forged", "OrderJudge", "refusalForged"] as const),
    ...[order(index), opened.orders[index]?.signed],
  );
  const batch = { header: headerFromJson(file.header), committedAt: 0 };
  const data = accusationData(accusation, deployment.court, batch);
  const call = rpc.call({ to: deployment.judges["OrderJudge"] ?? null, data });
  await expect(call).rejects.toThrow("0x");
});

it("would be taken back if it left one out", { timeout: 60_000 }, async () => {
  const offer = signOrder(unsigned(0, 100_000), siteOf(0).ownerKey);
  await submit(offer.account, encodeInboxOrder(inboxOf(offer)));
  const delivery = street.deliver(
    interval,
    [
      [0, 0],
      [0, 0],
      [0, 0],
    ],
    [],
  );
  await rail.settle(delivery);
  const record = await batches.byInterval(interval.index);
  if (record === null) throw new Error("nothing was settled");
  const { file, kinds } = await judge(record);
  expect(kinds).toEqual([]);
  expect(leavesOf(file.archive).orders.map(({ ended }) => ended)).toEqual([4]);
});
