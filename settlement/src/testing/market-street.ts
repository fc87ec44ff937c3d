import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { callAuction, type SignedFor, type UnsignedOrder } from "@commonwatt/market";
import {
  type Account,
  type BatchRecord,
  type BatchStore,
  type DeliveryInterval,
  deliveryInterval,
  durationMs,
  type Hex,
  intervalIndex,
  type Logger,
  priceMicroPerKwh,
  type RailSite,
  type SettlementRail,
  seededRandom,
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
import { fund, sendRaw } from "../chain/trial-chain.ts";
import { faultyProxy } from "../chain-faults/faulty-proxy.ts";
import { escrow } from "../escrow-rail.ts";
import { findFraud } from "../proofs/find-fraud.ts";
import { memoryBatches } from "./memory-batches.ts";
import { silent, type TestStreet, testContext, testStreet } from "./street.ts";

/** Further than changes of a site's record must be announced ahead. */
const INTERVALS_AHEAD = 104;

/** Three homes with a market, which settles before a court on a chain of their own. */
export interface MarketStreet {
  readonly street: TestStreet;
  readonly batches: BatchStore;
  readonly rail: SettlementRail;
  readonly venue: TradingVenue;
  readonly rpc: JsonRpcProvider;
  readonly deployment: Deployment;
  /** A day ahead and more, so that whatever happens on the chain is in time for it. */
  readonly interval: DeliveryInterval;
  site(number: number): RailSite;
  /** 100 Wh that the first home offers, or that another one bids for. */
  order(number: number, limitPrice: number): UnsignedOrder;
  /** Whether the rail reaches its chain, as it does at first; everybody else does. */
  setReachable(isReachable: boolean): void;
  /** Sends a transaction from any account. */
  send(from: Hex, to: Hex, data: Hex): Promise<void>;
  /** Settles the interval as the market has it, with nobody delivering anything, and answers its batch. */
  settle(): Promise<BatchRecord>;
  /** Waits until a batch is before the court, and looks at it as if it had been for some seconds more. */
  judge(record: BatchRecord, laterSeconds?: number): Promise<JudgedBatch>;
  close(): Promise<void>;
}

/** A batch that was committed, and what is wrong with it. */
export interface JudgedBatch {
  readonly file: BatchFile;
  readonly faults: readonly BatchFault[];
  readonly kinds: readonly string[];
}

/** Starts it; `onWarning` hears at once what the rail and the market warn of. */
export async function marketStreet(
  onWarning: (message: string) => void = () => undefined,
): Promise<MarketStreet> {
  const directory = await mkdtemp(join(tmpdir(), "commonwatt-market-street-"));
  const street = testStreet(3);
  const batches = memoryBatches();
  const chain = await startDevChain(join(directory, "elsewhere"));
  const terms = { challengeWindowSeconds: 600, responseSeconds: 1 };
  const wire = await faultyProxy(Number(new URL(chain.rpcUrl).port), seededRandom("wire"));
  const rail = escrow({ rpcUrl: `http://127.0.0.1:${wire.port}`, finality: 0, ...terms });
  const logger: Logger = {
    ...{ ...silent, warn: (_, message) => onWarning(message) },
    child: () => logger,
  };
  const context = { ...testContext(street, directory, { batches, outbox: memoryOutbox() }), logger };
  await rail.start(context);
  const deployment = await readManifest(manifestPath(directory));
  const domain = rail.signingDomain();
  if (deployment === null || domain === null) throw new Error("nothing was deployed");
  const rpc = connectRpc(chain.rpcUrl, deployment.chainId);
  await rpc.send("anvil_autoImpersonateAccount", [true]);
  const venue = callAuction();
  await venue.start({ ...context, directory: join(directory, "market"), domain });
  const interval = deliveryInterval(
    intervalIndex(Math.ceil(systemClock.now() / 900_000) + INTERVALS_AHEAD),
    15,
  );
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
    setReachable: (isReachable) => wire.set(isReachable ? null : "status-500", 1),
    async send(from, to, data) {
      await fund(rpc, from as Account);
      await sendRaw(rpc, { from, to, data });
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
    judge: (record, laterSeconds = 0) => judge(rpc, deployment, record, laterSeconds),
    async close() {
      rpc.destroy();
      await venue.stop();
      await rail.stop();
      await wire.close();
      await chain.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function judge(
  rpc: JsonRpcProvider,
  deployment: Deployment,
  record: BatchRecord,
  laterSeconds: number,
): Promise<JudgedBatch> {
  const court = courtReader(rpc, deployment);
  while ((await court.progress()).head < record.number) await sleep(systemClock, durationMs(20));
  const file = { header: record.header, archive: record.archive } as BatchFile;
  const committedAt = (await court.commitOf(record.number, null))?.committedAt ?? 0;
  const facts = await readFacts(rpc, deployment, file, committedAt + laterSeconds);
  const faults = verifyBatch(null, file, "checked", facts.domain);
  return { file, faults, kinds: findFraud(null, file, facts).map(({ kind }) => kind) };
}
