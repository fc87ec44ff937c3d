import { netSold } from "../dispatch/decide.ts";
import { messageOf } from "../errors/commonwatt-error.ts";
import type { SiteId } from "../grid/site.ts";
import type { Tariff } from "../grid/tariff.ts";
import type { Logger } from "../ports/logger.ts";
import type { TradeStore } from "../ports/store.ts";
import type { Clearing, OrderSigner, TradingVenue } from "../ports/trading-venue.ts";
import { type Clock, type DurationMs, durationMs, epochMs, sleepUntil } from "../time/clock.ts";
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
import { type ClearingSaver, clearingSaver } from "./clearing-saver.ts";
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

/** How long before delivery the gate closes. */
export function gateLead(minutes: IntervalMinutes): DurationMs {
  return durationMs(intervalLength(minutes) * GATE_LEAD_SHARE);
}

/** A large street bids earlier: its orders must be in before the gate closes, however fast time runs. */
function leads({ minutes, sites, speed }: MarketLoopContext): Leads {
  const lengthMs = intervalLength(minutes);
  const neededMs = sites.length * BID_TIME_PER_SITE_MS * speed;
  return {
    gateMs: gateLead(minutes),
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
  const saver = clearingSaver(context);
  await catchUp(context, saver);
  let interval = firstTradable(context);
  const last = venue.clearings(intervalIndex(0)).at(-1);
  if (last !== undefined && last.intervalIndex >= interval.index) {
    interval = deliveryInterval(intervalIndex(last.intervalIndex + 1), minutes);
  }
  for (let done = 0; done < count && !signal.aborted; done++) {
    interval = notMissed(context, interval);
    await Promise.race([tradeInterval(context, saver, interval), saver.failed]);
    interval = nextInterval(interval);
  }
  await saver.idle();
}

/** The interval itself, or the first that can still be traded when a sleeping machine has missed it. */
function notMissed(context: MarketLoopContext, interval: DeliveryInterval): DeliveryInterval {
  const first = firstTradable(context);
  if (interval.index >= first.index) return interval;
  const missed = first.index - interval.index;
  context.report({
    event: "warning",
    component: "market",
    code: "MARKET_INTERVALS_MISSED",
    message: `nobody could trade ${missed} delivery ${missed === 1 ? "interval" : "intervals"}: time went on without us`,
  });
  return first;
}

/** Saves what was cleared but not saved, and closes gates that a crash left open. */
async function catchUp(context: MarketLoopContext, saver: ClearingSaver): Promise<void> {
  const { venue, minutes } = context;
  const tradable = firstTradable(context);
  for (const open of venue.openIntervals()) {
    if (open.index < tradable.index) await venue.closeGate(open.index);
  }
  for (const clearing of venue.clearings(intervalIndex(0))) {
    takeClearing(context, saver, deliveryInterval(clearing.intervalIndex, minutes), clearing);
  }
}

async function tradeInterval(
  context: MarketLoopContext,
  saver: ClearingSaver,
  interval: DeliveryInterval,
): Promise<void> {
  const { venue, clock, signal, report } = context;
  const { gateMs, bidMs } = leads(context);
  await venue.openInterval(interval);
  await sleepUntil(clock, epochMs(interval.startMs - gateMs - bidMs), signal);
  await placeOrders(context, interval);
  await sleepUntil(clock, epochMs(interval.startMs - gateMs), signal);
  const clearing = await venue.closeGate(interval.index);
  takeClearing(context, saver, interval, clearing);
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

/** The sites take on their positions at once; settlement begins when the store has the clearing. */
function takeClearing(
  context: MarketLoopContext,
  saver: ClearingSaver,
  interval: DeliveryInterval,
  clearing: Clearing,
): void {
  const isVoid = clearing.status === "void";
  if (!isVoid) takePositions(context.sites, interval, clearing.trades);
  saver.save(clearing, () => {
    if (!isVoid) context.onCleared(interval, clearing);
  });
}

function takePositions(
  sites: readonly SiteRunner[],
  interval: DeliveryInterval,
  trades: Clearing["trades"],
): void {
  const sum = (some: Clearing["trades"]): number => some.reduce((total, trade) => total + trade.energyWh, 0);
  for (const site of sites) {
    const sold = sum(trades.filter((trade) => trade.sellerId === site.siteId));
    const bought = sum(trades.filter((trade) => trade.buyerId === site.siteId));
    site.takePosition(interval, netSold(sold, bought));
  }
}
