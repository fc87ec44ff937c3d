import { randomBytes } from "node:crypto";
import { domainSeparator } from "@commonwatt/market";
import {
  type BatchRecord,
  CommonwattError,
  type DeliveryInterval,
  type EscrowAudit,
  type Hex,
  type IntervalDelivery,
  type IntervalSettlement,
  type RailContext,
  type SettlementRail,
  type SigningDomain,
  type Trade,
} from "@commonwatt/vpp-core";
import { settlementRoutes } from "./api/settlement-routes.ts";
import { balancesOf } from "./batch/balances.ts";
import { type ArchivedAccount, partyOf } from "./batch/batch-archive.ts";
import { buildBatch } from "./batch/build-batch.ts";
import { courtDomain } from "./chain/court-domain.ts";
import { auditEscrow } from "./chain/escrow-audit.ts";
import { meterSigner } from "./metering/meter-signer.ts";
import { type BatchPump, startPump } from "./rail/batch-pump.ts";
import { chainCancels, heedCancels } from "./rail/chain-cancels.ts";
import { committedBatch } from "./rail/committed-batch.ts";
import { rulesOf } from "./rail/deployment-terms.ts";
import { completeOptions, type EscrowOptions, type EscrowTermsWanted } from "./rail/escrow-options.ts";
import { followRegister, type Register } from "./rail/follow-register.ts";
import { forcedOrders, type InboxContext, refusedOrders } from "./rail/forced-orders.ts";
import { type OpenChain, openChain } from "./rail/open-chain.ts";
import { showLeaves } from "./rail/show-leaves.ts";
import { type SiteAccounts, siteAccounts, sitesHandedOver } from "./rail/site-accounts.ts";
import { fileOf } from "./rail/stored-batch.ts";
import { startSweeper } from "./rail/sweeper.ts";

/** What exists while the rail runs. */
interface RunningRail {
  readonly context: RailContext;
  readonly chain: OpenChain;
  readonly accounts: SiteAccounts;
  readonly pump: BatchPump;
  readonly register: Register;
  /** Settles when nothing beside the pump goes on any more. */
  readonly besides: Promise<unknown>;
  readonly controller: AbortController;
}

/**
 * A settlement rail that pays out of an on-chain escrow. Every interval becomes one batch, also an empty
 * one: its readings are then on record and numbers have no gaps.
 * @throws CommonwattError `ESCROW_OPTIONS_INVALID`.
 */
export function escrow(options: EscrowOptions = {}): SettlementRail {
  const wanted = completeOptions(options);
  let running: RunningRail | null = null;
  /** What orders and readings are signed for, from the first start on. */
  let signedFor: SigningDomain | null = null;
  /** Ends a start that waits for its chain. */
  let starting: AbortController | null = null;
  /** Settling one interval at a time: each batch builds on the one before. */
  let queue: Promise<unknown> = Promise.resolve();
  const use = (): RunningRail => {
    if (running !== null) return running;
    throw new CommonwattError("SETTLEMENT_NOT_RUNNING", "the settlement rail is not running", {
      retryable: true,
    });
  };
  const rail: SettlementRail = {
    routes: settlementRoutes({
      batches: () => use().context.batches,
      audit: () => rail.audit(),
      deployment: () => use().chain.link.deployment,
      siteIds: () => use().context.sites.map(({ id }) => id),
      currency: () => use().context.currency,
    }),
    meterSigner: (community, privateKey) => meterSigner(privateKey, () => separatorOf(community, signedFor)),
    signingDomain: () => courtDomain(use().chain.link.deployment),
    nodeUrl: () => use().chain.nodeUrl,
    forcedOrders: async (interval) =>
      forcedOrders(use().chain.link, await inboxOf(use(), interval), interval),
    chainCancels: async (interval) => cancelsFor(use(), interval),
    async handedOver(interval) {
      const { chain, register } = use();
      return sitesHandedOver(chain.link, register, interval);
    },
    async start(context) {
      const controller = new AbortController();
      starting = controller;
      const chain = await openChain(context, options, wanted, controller.signal);
      try {
        signedFor = courtDomain(chain.link.deployment);
        running = await startRunning(context, chain, wanted, controller);
      } catch (error) {
        await chain.close();
        throw error;
      }
    },
    settle(delivery) {
      const settled = queue.then(() => settleInterval(use(), delivery));
      queue = settled.catch(() => undefined);
      return settled;
    },
    drain: (signal) => use().pump.drained(signal),
    audit: async () => auditRunning(use()),
    async stop() {
      const stopping = new CommonwattError("SETTLEMENT_NOT_RUNNING", "the settlement rail is stopping");
      if (running === null) {
        starting?.abort(stopping);
        return;
      }
      const { controller, pump, besides, chain } = running;
      // What settles may wait for the chain.
      controller.abort(stopping);
      await queue;
      running = null;
      await Promise.all([pump.ended, besides]);
      await chain.close();
    },
  };
  return rail;
}

/** Takes up what was under way on a chain. */
async function startRunning(
  context: RailContext,
  chain: OpenChain,
  { sweepEarnings, sweepMinimum: minimum }: EscrowTermsWanted,
  controller: AbortController,
): Promise<RunningRail> {
  const { link, repair } = chain;
  const { batches } = context;
  const register = await followRegister(link);
  const accounts = await siteAccounts(link, register, await batches.last());
  const sweeper = sweepEarnings ? startSweeper({ link, batches, minimum }) : null;
  const onPaid = (): void => sweeper?.wake();
  const pump = startPump({ link, batches, repair, onPaid });
  const shown = showLeaves({ link, batches });
  const besides = Promise.all([sweeper?.ended, shown]);
  return { context, chain, accounts, pump, register, besides, controller };
}

function cancelsFor({ chain, register, context }: RunningRail, interval: DeliveryInterval) {
  return chainCancels(chain.link, register, rulesOf(context), interval);
}

/** Counts every account with the leaf that the latest final batch gives it. */
function auditRunning({ chain: { rpc, link }, context }: RunningRail): Promise<EscrowAudit> {
  return auditEscrow(rpc, link.deployment, async (number) => {
    const record = await context.batches.byNumber(number);
    if (record === null || (await committedBatch(link, record)) === null) return null;
    return balancesOf(fileOf(record)).accounts;
  });
}

/** The EIP-712 domain separator of what a community signs; no chain is known before the first start. */
function separatorOf(community: string, domain: SigningDomain | null): Uint8Array {
  return domainSeparator(domain === null ? { community } : { community, domain });
}

async function inboxOf(running: RunningRail, interval: DeliveryInterval): Promise<InboxContext> {
  const { context, chain } = running;
  const accounts = await running.accounts.at(interval);
  return {
    community: context.community,
    domain: courtDomain(chain.link.deployment),
    accounts,
    rules: rulesOf(context),
  };
}

/** Trades by the accounts whose orders met: a site may be another account's than when it placed them. */
function tradesBetween(
  accounts: readonly ArchivedAccount[],
  { trades, orders }: Pick<IntervalDelivery, "trades" | "orders">,
): readonly Trade[] {
  const parties = new Map(accounts.map((one) => [one.account.toLowerCase(), partyOf(one)]));
  const byOrder = new Map(orders.map(({ id, order }) => [id, parties.get(order.account.toLowerCase())]));
  return trades.map((trade) => ({
    ...trade,
    sellerId: byOrder.get(trade.offerId) ?? trade.sellerId,
    buyerId: byOrder.get(trade.bidId) ?? trade.buyerId,
  }));
}

/** Makes an interval's batch and stores it; the answer is safe as soon as it is given. */
async function settleInterval(running: RunningRail, delivery: IntervalDelivery): Promise<IntervalSettlement> {
  const { context, chain, pump, register } = running;
  const { batches, logger } = context;
  const { index } = delivery.interval;
  const known = await batches.byInterval(index);
  if (known !== null) return known.settlement;
  const last = await batches.last();
  if (last !== null && last.intervalIndex >= index) {
    throw new CommonwattError(
      "SETTLEMENT_INTERVAL_PAST",
      `interval ${index} cannot be settled any more: interval ${last.intervalIndex} is`,
      { details: { intervalIndex: index, lastIntervalIndex: last.intervalIndex } },
    );
  }
  const seed: Hex = `0x${randomBytes(32).toString("hex")}`;
  const previous = last === null ? null : fileOf(last);
  const inbox = await chain.link.patience.until(() => inboxOf(running, delivery.interval));
  const refused = await refusedOrders(chain.link, inbox, delivery);
  // After what could wait long for the chain: what was cancelled or revoked meanwhile counts.
  await chain.link.patience.until(() => register.refresh());
  const provable = await heedCancels(chain.link, register, inbox.rules, delivery);
  const readings = delivery.readings.filter(register.speaks);
  const trades = tradesBetween(inbox.accounts, provable);
  const input = { ...provable, ...inbox, orders: [...provable.orders, ...refused], trades, readings, seed };
  const built = buildBatch(previous, input);
  for (const { siteId, code } of built.unmetered) {
    logger.warn({ siteId, intervalIndex: index, code }, "a site counts as if it had delivered nothing");
  }
  const { archive, header } = built.file;
  const sites = new Set(archive.accounts.flatMap(({ siteId }) => siteId ?? []));
  const settlement: IntervalSettlement = {
    intervalIndex: index,
    batchNumber: archive.number,
    settledWh: built.accounts.settledWh,
    trades: built.accounts.trades,
    statements: built.accounts.statements.filter(({ siteId }) => sites.has(siteId)),
  };
  const record: BatchRecord = {
    ...{ number: archive.number, intervalIndex: index, status: "stored", headerHash: built.headerHash },
    ...{ header, archive, settlement, commitHash: null, finalizeHash: null, payHash: null },
  };
  await batches.insert(record);
  pump.wake();
  return settlement;
}
