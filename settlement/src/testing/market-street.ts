import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { callAuction, type SignedFor, type UnsignedOrder } from "@commonwatt/market";
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
  sleep,
  systemClock,
  type TradingVenue,
  wattHours,
} from "@commonwatt/vpp-core";
import type { JsonRpcProvider } from "ethers";
import type { BatchFile } from "../batch/batch-archive.ts";
import { type BatchFault, verifyBatch } from "../batch/verify-batch.ts";
import { readFacts } from "../chain/chain-facts-reader.ts";
import { courtReader } from "../chain/court-reader.ts";
import { startDevChain } from "../chain/dev-chain.ts";
import { type Deployment, manifestPath, readManifest } from "../chain/manifest.ts";
import { memoryOutbox } from "../chain/memory-outbox.ts";
import { connectRpc } from "../chain/rpc.ts";
import { escrow } from "../escrow-rail.ts";
import { findFraud } from "../proofs/find-fraud.ts";
import { memoryBatches } from "./memory-batches.ts";
import { type TestStreet, testContext, testStreet } from "./street.ts";

/** Three homes with a market, which settles before a court on a chain of their own. */
export interface MarketStreet {
  readonly street: TestStreet;
  readonly batches: BatchStore;
  readonly rail: SettlementRail;
  readonly venue: TradingVenue;
  readonly rpc: JsonRpcProvider;
  readonly deployment: Deployment;
  /** Hours ahead, so that whatever happens on the chain is in time for it; the chain counts in its own. */
  readonly interval: DeliveryInterval;
  site(number: number): RailSite;
  /** 100 Wh that the first home offers, or that another one bids for. */
  order(number: number, limitPrice: number): UnsignedOrder;
  /** Sends a transaction from any account. */
  send(from: Hex, to: Hex, data: Hex): Promise<void>;
  /** Settles the interval as the market has it, with nobody delivering anything, and answers its batch. */
  settle(): Promise<BatchRecord>;
  judge(record: BatchRecord): Promise<JudgedBatch>;
  close(): Promise<void>;
}

/** A batch that was committed, and what is wrong with it. */
export interface JudgedBatch {
  readonly file: BatchFile;
  readonly faults: readonly BatchFault[];
  readonly kinds: readonly string[];
}

/** Starts it. */
export async function marketStreet(): Promise<MarketStreet> {
  const directory = await mkdtemp(join(tmpdir(), "commonwatt-market-street-"));
  const street = testStreet(3);
  const batches = memoryBatches();
  const chain = await startDevChain(join(directory, "elsewhere"));
  const terms = { challengeWindowSeconds: 600, responseSeconds: 1 };
  const rail = escrow({ rpcUrl: chain.rpcUrl, finality: 0, ...terms });
  const context = testContext(street, directory, { batches, outbox: memoryOutbox() });
  await rail.start(context);
  const deployment = await readManifest(manifestPath(directory));
  const domain = rail.signingDomain();
  if (deployment === null || domain === null) throw new Error("nothing was deployed");
  const rpc = connectRpc(chain.rpcUrl, deployment.chainId);
  await rpc.send("anvil_autoImpersonateAccount", [true]);
  const venue = callAuction();
  await venue.start({ ...context, directory: join(directory, "market"), domain });
  const interval = deliveryInterval(intervalIndex(Math.ceil(systemClock.now() / 900_000) + 8), 15);
  await venue.openInterval(interval);
  const signedFor: SignedFor = { community: "test-street", domain };
  const site = (number: number): RailSite => {
    const found = street.sites[number];
    if (found === undefined) throw new RangeError("no such home");
    return found;
  };
  return {
    ...{ street, batches, rail, venue, rpc, deployment, interval, site },
    order: (number, limitPrice) => ({
      ...{ ...signedFor, siteId: site(number).id, side: number === 0 ? "offer" : "bid" },
      ...{
        intervalIndex: interval.index,
        energyWh: wattHours(100),
        limitPrice: priceMicroPerKwh(limitPrice),
      },
      salt: `0x${(number + 1).toString(16).padStart(64, "0")}`,
    }),
    async send(from, to, data) {
      await rpc.send("anvil_setBalance", [from, "0xde0b6b3a7640000"]);
      await rpc.send("eth_sendTransaction", [{ from, to, data }]);
    },
    async settle() {
      const { trades, clearingPrice } = await venue.closeGate(interval.index);
      const { readings } = street.deliver(interval, [], [], domain);
      const orders = venue.bookedOrders(interval.index);
      await rail.settle({ interval, readings, clearingPrice, trades, orders });
      const record = await batches.byInterval(interval.index);
      if (record === null) throw new Error("nothing was settled");
      return record;
    },
    async judge(record) {
      const court = courtReader(rpc, deployment);
      while ((await court.progress()).head < record.number) await sleep(systemClock, durationMs(20));
      const file = { header: record.header, archive: record.archive } as BatchFile;
      const committedAt = (await court.commitOf(record.number, null))?.committedAt ?? 0;
      const facts = await readFacts(rpc, deployment, file, committedAt);
      const faults = verifyBatch(null, file, "checked", facts.domain);
      return { file, faults, kinds: findFraud(null, file, facts).map(({ kind }) => kind) };
    },
    async close() {
      rpc.destroy();
      await venue.stop();
      await rail.stop();
      await chain.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
