import { netSold } from "../dispatch/decide.ts";
import { messageOf } from "../errors/commonwatt-error.ts";
import type { SiteId } from "../grid/site.ts";
import type { Tariff } from "../grid/tariff.ts";
import type { Logger } from "../ports/logger.ts";
import type { TradeStore } from "../ports/store.ts";
import type { Clearing, OrderSigner, TradingVenue } from "../ports/trading-venue.ts";
import { type Clock, epochMs, sleepUntil } from "../time/clock.ts";
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

/** The gate closes this share of an interval before delivery. */
const GATE_LEAD_SHARE = 0.1;
/** Sites bid at least this share of an interval before the gate, at most half of it. */
const BID_LEAD_SHARE_MIN = 0.1;
const BID_LEAD_SHARE_MAX = 0.5;
/** Real time it takes to sign, check and write down the orders of one site, with a margin. */
const BID_TIME_PER_SITE_MS = 15;

/** What the market loop works with. */
export interface MarketLoopContext {
  readonly venue: TradingVenue;
  readonly trades: TradeStore;
  readonly signers: ReadonlyMap<SiteId, OrderSigner>;
  readonly sites: readonly SiteRunner[];
  readonly tariff: Tariff;
  readonly minutes: IntervalMinutes;
  /** Seconds of community time per real second. */
  readonly speed: number;
  readonly clock: Clock;
  readonly wallClock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly report: RunReporter;
  /** Called with every clearing of an interval that will be delivered, in order. */
  readonly onCleared: (interval: DeliveryInterval, clearing: Clearing) => void;
}

/** How long before delivery the gate closes, and how long before that the sites bid; community time. */
interface Leads {
  readonly gateMs: number;
  readonly bidMs: number;
}

/** A large street bids earlier: its orders must be in before the gate closes, however fast time runs. */
function leads({ minutes, sites, speed }: MarketLoopContext): Leads {
  const lengthMs = intervalLength(minutes);
  const neededMs = sites.length * BID_TIME_PER_SITE_MS * speed;
  return {
    gateMs: lengthMs * GATE_LEAD_SHARE,
    bidMs: Math.min(lengthMs * BID_LEAD_SHARE_MAX, Math.max(lengthMs * BID_LEAD_SHARE_MIN, neededMs)),
  };
}

/** The first interval whose bids can still be placed now. */
function firstTradable(context: MarketLoopContext): DeliveryInterval {
  const { gateMs, bidMs } = leads(context);
  return nextInterval(intervalAt(epochMs(context.clock.now() + gateMs + bidMs), context.minutes));
}

/**
 * Runs the market: for each delivery interval opens the book, lets every site bid, closes the gate, saves
 * the clearing and hands out the positions. Ends after `count` intervals, or when the signal aborts.
 */
export async function runMarket(context: MarketLoopContext, count: number): Promise<void> {
  const { venue, minutes, signal } = context;
  await catchUp(context);
  let interval = firstTradable(context);
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
  const tradable = firstTradable(context);
  for (const open of venue.openIntervals()) {
    if (open.index < tradable.index) await venue.closeGate(open.index);
  }
  for (const clearing of venue.clearings(intervalIndex(0))) {
    await takeClearing(context, deliveryInterval(clearing.intervalIndex, minutes), clearing);
  }
}

async function tradeInterval(context: MarketLoopContext, interval: DeliveryInterval): Promise<void> {
  const { venue, clock, signal, report } = context;
  const { gateMs, bidMs } = leads(context);
  await venue.openInterval(interval);
  await sleepUntil(clock, epochMs(interval.startMs - gateMs - bidMs), signal);
  await placeOrders(context, interval);
  await sleepUntil(clock, epochMs(interval.startMs - gateMs), signal);
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
