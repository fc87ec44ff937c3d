import { netSold } from "../dispatch/decide.ts";
import { messageOf } from "../errors/commonwatt-error.ts";
import type { SiteId } from "../grid/site.ts";
import type { Tariff } from "../grid/tariff.ts";
import type { Logger } from "../ports/logger.ts";
import type { TradeStore } from "../ports/store.ts";
import type { Clearing, OrderSigner, TradingVenue } from "../ports/trading-venue.ts";
import { type Clock, type EpochMs, epochMs, sleepUntil } from "../time/clock.ts";
import {
  type DeliveryInterval,
  deliveryInterval,
  type IntervalMinutes,
  intervalAt,
  intervalIndex,
  intervalLength,
  nextInterval,
} from "../time/delivery-interval.ts";
import { type PriceMicroPerKwh, priceMicroPerKwh } from "../units/price.ts";
import { retrying } from "./retry.ts";
import type { RunReporter } from "./run-event.ts";
import type { SiteRunner } from "./site-runner.ts";

/** The gate closes this share of an interval before delivery, and sites bid that much before the gate. */
const LEAD_SHARE = 0.1;

/** What the market loop works with. */
export interface MarketLoopContext {
  readonly venue: TradingVenue;
  readonly trades: TradeStore;
  readonly signers: ReadonlyMap<SiteId, OrderSigner>;
  readonly sites: readonly SiteRunner[];
  readonly tariff: Tariff;
  readonly minutes: IntervalMinutes;
  readonly clock: Clock;
  readonly wallClock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly report: RunReporter;
  /** Called with every clearing of an interval that will be delivered, in order. */
  readonly onCleared: (interval: DeliveryInterval, clearing: Clearing) => void;
}

/** Real or simulated time between the gate, the bids and the start of delivery. */
function leadTime(minutes: IntervalMinutes): number {
  return intervalLength(minutes) * LEAD_SHARE;
}

/** The first interval whose bids can still be placed at a time. */
function firstTradable(now: EpochMs, minutes: IntervalMinutes): DeliveryInterval {
  return nextInterval(intervalAt(epochMs(now + 2 * leadTime(minutes)), minutes));
}

/**
 * Runs the market: for each delivery interval opens the book, lets every site bid, closes the gate, saves
 * the clearing and hands out the positions. Ends after `count` intervals, or when the signal aborts.
 */
export async function runMarket(context: MarketLoopContext, count: number): Promise<void> {
  const { venue, clock, minutes, signal } = context;
  await catchUp(context);
  let interval = firstTradable(clock.now(), minutes);
  const last = venue.clearings(intervalIndex(0)).at(-1);
  if (last !== undefined && last.intervalIndex >= interval.index) {
    interval = deliveryInterval(intervalIndex(last.intervalIndex + 1), minutes);
  }
  for (let done = 0; done < count && !signal.aborted; done++) {
    await tradeInterval(context, interval);
    interval = nextInterval(interval);
  }
}

/** Saves what was cleared but not saved, and closes gates that a crash left open. */
async function catchUp(context: MarketLoopContext): Promise<void> {
  const { venue, minutes } = context;
  const tradable = firstTradable(context.clock.now(), minutes);
  for (const open of venue.openIntervals()) {
    if (open.index < tradable.index) await venue.closeGate(open.index);
  }
  for (const clearing of venue.clearings(intervalIndex(0))) {
    await takeClearing(context, deliveryInterval(clearing.intervalIndex, minutes), clearing);
  }
}

async function tradeInterval(context: MarketLoopContext, interval: DeliveryInterval): Promise<void> {
  const { venue, clock, signal, minutes, report } = context;
  const leadMs = leadTime(minutes);
  await venue.openInterval(interval);
  await sleepUntil(clock, epochMs(interval.startMs - 2 * leadMs), signal);
  await placeOrders(context, interval);
  await sleepUntil(clock, epochMs(interval.startMs - leadMs), signal);
  const clearing = await venue.closeGate(interval.index);
  await takeClearing(context, interval, clearing);
  report({
    event: "cleared",
    intervalIndex: interval.index,
    startMs: interval.startMs,
    endMs: interval.endMs,
    status: clearing.status,
    clearingPrice: clearing.clearingPrice,
    volumeWh: clearing.volumeWh,
    trades: clearing.trades.length,
    bids: clearing.bidCount,
    offers: clearing.offerCount,
  });
}

async function placeOrders(context: MarketLoopContext, interval: DeliveryInterval): Promise<void> {
  const { venue, signers, sites, report, logger } = context;
  const price = referencePrice(context);
  await Promise.all(
    sites.map(async (site) => {
      const signer = signers.get(site.siteId);
      if (signer === undefined) return;
      try {
        for (const intent of site.intents(interval, price)) {
          const reply = await venue.submit(signer.sign(intent));
          if (reply.status === "rejected") report({ event: "rejected", siteId: site.siteId, ...reply });
        }
        site.setVenueReachable(true);
      } catch (error) {
        site.setVenueReachable(false);
        logger.error({ site: site.siteId, error: messageOf(error) }, "the venue does not answer");
      }
    }),
  );
}

function referencePrice({ venue, tariff }: MarketLoopContext): PriceMicroPerKwh {
  const last = venue.clearings(intervalIndex(0)).findLast((clearing) => clearing.clearingPrice !== null);
  return last?.clearingPrice ?? priceMicroPerKwh(Math.floor((tariff.feedInPrice + tariff.retailPrice) / 2));
}

async function takeClearing(
  context: MarketLoopContext,
  interval: DeliveryInterval,
  clearing: Clearing,
): Promise<void> {
  await retrying({ ...context, what: "save clearing" }, () => context.trades.saveClearing(clearing));
  if (clearing.status === "void") return;
  const sum = (trades: Clearing["trades"]): number =>
    trades.reduce((total, trade) => total + trade.energyWh, 0);
  for (const site of context.sites) {
    const sold = sum(clearing.trades.filter((trade) => trade.sellerId === site.siteId));
    const bought = sum(clearing.trades.filter((trade) => trade.buyerId === site.siteId));
    site.takePosition(interval, netSold(sold, bought));
  }
  context.onCleared(interval, clearing);
}
