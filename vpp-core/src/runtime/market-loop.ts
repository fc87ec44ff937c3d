import { netSold } from "../dispatch/decide.ts";
import { priceOnTick } from "../dispatch/price-on-tick.ts";
import { messageOf } from "../errors/commonwatt-error.ts";
import type { SiteId } from "../grid/site.ts";
import type { Tariff } from "../grid/tariff.ts";
import type { Logger } from "../ports/logger.ts";
import type { SettlementRail } from "../ports/settlement-rail.ts";
import type { TradeStore } from "../ports/store.ts";
import type {
  CancelReply,
  Clearing,
  OrderIntent,
  OrderReply,
  OrderSigner,
  TradingVenue,
} from "../ports/trading-venue.ts";
import { type Clock, type DurationMs, durationMs, type EpochMs, epochMs, sleepUntil } from "../time/clock.ts";
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
import { endHandedOver } from "./end-handed-over.ts";
import { heedChain } from "./heed-chain.ts";
import type { RunReporter } from "./run-event.ts";
import type { SiteRunner } from "./site-runner.ts";

/** The gate closes this share of an interval before delivery. */
const GATE_LEAD_SHARE = 0.1;
/** It waits for bids that are late, but not longer than until this share of its lead is left. */
const GATE_DELAY_SHARE_MIN = 1 / 3;
/** Sites bid at least this share of an interval before the gate, at most half of it. */
const BID_LEAD_SHARE_MIN = 0.1;
const BID_LEAD_SHARE_MAX = 0.5;
/** Real time it takes to sign, check and write down the orders of one site, with a margin. */
const BID_TIME_PER_SITE_MS = 15;

/** What the market loop works with. */
export interface MarketLoopContext {
  readonly venue: TradingVenue;
  readonly rail: Pick<SettlementRail, "forcedOrders" | "chainCancels" | "handedOver">;
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
  const { venue, minutes } = context;
  const saver = clearingSaver(context);
  await catchUp(context, saver);
  // What is traded while the gate is open is the sites' at once: they plan for it, and do not offer it again.
  const stopListening = venue.onTrades((index) => {
    takePositions(context.sites, deliveryInterval(index, minutes), venue.trades(index));
  });
  try {
    await tradeIntervals(context, saver, count);
  } finally {
    stopListening();
  }
  await saver.idle();
}

async function tradeIntervals(
  context: MarketLoopContext,
  saver: ClearingSaver,
  count: number,
): Promise<void> {
  const { venue, minutes, signal } = context;
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
    else takePositions(context.sites, open, venue.trades(open.index));
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
  const gateClosesMs = epochMs(interval.startMs - gateMs);
  const isNew = !venue.openIntervals().some(({ index }) => index === interval.index);
  await venue.openInterval(interval, gateClosesMs);
  const latestMs = epochMs(interval.startMs - gateMs * GATE_DELAY_SHARE_MIN);
  const round = { interval, latestMs, isFirst: isNew };
  // Late, at the latest forecast and in the call phase: one price for all is worth more to a street than being
  // early, when who rests first gives away the whole difference.
  await sleepUntil(clock, epochMs(gateClosesMs - bidMs), signal);
  const placing = placeOrders(context, round);
  await sleepUntil(clock, gateClosesMs, signal);
  // On a busy machine the gate waits for who is not ready, but never until it is too late.
  // What is still placed for a home that was handed over ends, too.
  const placed = placing.then(() => endHandedOver(context, interval));
  const ready = Promise.all([placed, heedChain(context, interval)]);
  await Promise.race([ready, sleepUntil(clock, latestMs, signal)]);
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
    continuousWh: clearing.continuous.volumeWh,
    trades: clearing.trades.length,
    bids: clearing.bidCount,
    offers: clearing.offerCount,
  });
}

/** A round of bidding. */
interface BiddingRound {
  readonly interval: DeliveryInterval;
  /** From when on orders come too late. */
  readonly latestMs: EpochMs;
  /** Whether no site can have an order in the interval yet. */
  readonly isFirst: boolean;
}

async function placeOrders(context: MarketLoopContext, round: BiddingRound): Promise<void> {
  const { signers, sites, logger } = context;
  await Promise.all(
    sites.map(async (site) => {
      const signer = signers.get(site.siteId);
      if (signer === undefined) return;
      try {
        await placeSiteOrders(context, round, site, signer);
        site.setVenueReachable(true);
      } catch (error) {
        site.setVenueReachable(false);
        logger.error({ site: site.siteId, error: messageOf(error) }, "the venue does not answer");
      }
    }),
  );
}

/**
 * Places what a site still wants to trade. Its earlier orders go first, also those from before a crash, and what
 * of them was traded is in its position by then: so no energy is offered twice.
 */
async function placeSiteOrders(
  context: MarketLoopContext,
  { interval, latestMs, isFirst }: BiddingRound,
  site: SiteRunner,
  signer: OrderSigner,
): Promise<void> {
  const { venue, clock, report } = context;
  const tell = (reply: OrderReply | CancelReply): void => {
    if (reply.status === "rejected") report({ event: "rejected", siteId: site.siteId, ...reply });
  };
  if (clock.now() >= latestMs) return;
  if (!isFirst)
    tell(await venue.cancel(signer.signCancel(site.siteId, interval.index, Math.floor(clock.now()))));
  takePositions([site], interval, venue.trades(interval.index));
  for (const intent of site.intents(interval, referencePrice(context))) {
    if (clock.now() >= latestMs) return;
    tell(await venue.submit(signer.sign(onTick(intent, venue.priceTick))));
  }
}

/** The nearest limit price that the venue takes and that is no worse for the site. */
function onTick(intent: OrderIntent, tick: number): OrderIntent {
  const limitPrice = priceOnTick(intent.side === "bid", intent.limitPrice, tick);
  return { ...intent, limitPrice: priceMicroPerKwh(limitPrice) };
}

/** What energy was worth when something was last traded, as the mean over both phases. */
function referencePrice({ venue, tariff }: MarketLoopContext): PriceMicroPerKwh {
  const trades = venue.clearings(intervalIndex(0)).findLast((clearing) => clearing.trades.length > 0)?.trades;
  if (trades === undefined)
    return priceMicroPerKwh(Math.floor((tariff.feedInPrice + tariff.retailPrice) / 2));
  const energyWh = trades.reduce((sum, trade) => sum + trade.energyWh, 0);
  const worth = trades.reduce((sum, trade) => sum + BigInt(trade.price) * BigInt(trade.energyWh), 0n);
  return priceMicroPerKwh(Number(worth / BigInt(energyWh)));
}

/**
 * The sites take on their positions at once; settlement begins when the store has the clearing. A void
 * interval is settled, too, when something was traded in it before.
 */
function takeClearing(
  context: MarketLoopContext,
  saver: ClearingSaver,
  interval: DeliveryInterval,
  clearing: Clearing,
): void {
  const isDelivered = clearing.status === "cleared" || clearing.trades.length > 0;
  if (isDelivered) takePositions(context.sites, interval, clearing.trades);
  saver.save(clearing, () => {
    if (isDelivered) context.onCleared(interval, clearing);
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
