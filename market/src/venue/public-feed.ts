import assert from "node:assert/strict";
import {
  type Clearing,
  type DeliveryInterval,
  type IntervalIndex,
  isoTime,
  type OrderSide,
  type TradePhase,
} from "@commonwatt/vpp-core";
import { type AcceptedOrder, type Book, liveOrders } from "../engine/market-state.ts";
import { eventRing } from "./event-ring.ts";

/** Events that are kept for who comes back: some hours of a busy street. */
const EVENTS_KEPT = 16_384;

/** All energy at one price on one side of a book. */
export interface BookLevel {
  readonly price: number;
  readonly energyWh: number;
}

/** One book as everybody may see it. */
export interface PublicBook {
  readonly intervalIndex: IntervalIndex;
  readonly start: string;
  readonly end: string;
  /** By falling price. */
  readonly bids: readonly BookLevel[];
  /** By rising price. */
  readonly offers: readonly BookLevel[];
}

/** Every open book at one moment of the feed. */
export interface FeedSnapshot {
  readonly type: "snapshot";
  readonly feed: string;
  readonly sequence: number;
  readonly books: readonly PublicBook[];
}

/** What happened, for everybody: no site, no account, no order id. */
export type PublicEvent =
  | { readonly type: "opened"; readonly intervalIndex: number; readonly start: string; readonly end: string }
  | {
      readonly type: "level";
      readonly cause: "accepted" | "cancelled" | "replaced";
      readonly intervalIndex: number;
      readonly side: OrderSide;
      readonly price: number;
      /** All energy now at this price; 0: the level is gone. */
      readonly energyWh: number;
    }
  | {
      readonly type: "trade";
      readonly intervalIndex: number;
      readonly id: string;
      readonly price: number;
      readonly energyWh: number;
      readonly phase: TradePhase;
    }
  | {
      readonly type: "cleared";
      readonly intervalIndex: number;
      readonly status: Clearing["status"];
      readonly clearingPrice: number | null;
      readonly volumeWh: number;
      readonly tradeCount: number;
    };

/**
 * The public picture of one market: open books by price level, and what happened to them, numbered without
 * gaps from 1. It holds what is on the disk only. A restart begins a feed with another name.
 */
export interface PublicFeed {
  readonly name: string;
  /** Number of the last event; 0 before the first. */
  sequence(): number;
  /** Number of the oldest event that is kept; one above the last when none is. */
  oldest(): number;
  /** An event as JSON, numbered; `null` when it is no longer, or not yet, there. */
  text(sequence: number): string | null;
  snapshot(): FeedSnapshot;
  /** An open book, or `null`. */
  book(index: IntervalIndex): PublicBook | null;
  opened(interval: DeliveryInterval): void;
  accepted(accepted: AcceptedOrder, replaced: AcceptedOrder | null): void;
  cancelled(orders: readonly AcceptedOrder[]): void;
  cleared(clearing: Clearing): void;
  /** Calls back after events were added, until the answer is called. */
  onEvents(listener: () => void): () => void;
}

interface OpenBook {
  readonly interval: DeliveryInterval;
  readonly bid: Map<number, number>;
  readonly offer: Map<number, number>;
}

/** Makes the feed of a market that has these books. `name` is another one at every start. */
export function publicFeed(name: string, books: readonly Book[], kept: number = EVENTS_KEPT): PublicFeed {
  const open = new Map<IntervalIndex, OpenBook>();
  const ring = eventRing(name, kept);
  const listeners = new Set<() => void>();
  const add = (event: PublicEvent): void => ring.add(event);
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const openBook = (interval: DeliveryInterval): void => {
    open.set(interval.index, { interval, bid: new Map(), offer: new Map() });
  };
  const addLevel = (
    accepted: AcceptedOrder,
    changeWh: number,
    cause: "accepted" | "cancelled" | "replaced",
  ): void => {
    const energyWh = changeLevel(open, accepted, changeWh);
    const { intervalIndex, side, limitPrice } = accepted.order;
    add({ type: "level", cause, intervalIndex, side, price: limitPrice, energyWh });
  };

  for (const book of books.filter(({ clearing }) => clearing === null)) {
    openBook(book.interval);
    for (const accepted of liveOrders(book)) changeLevel(open, accepted, accepted.order.energyWh);
  }
  return {
    name,
    sequence: ring.last,
    oldest: ring.oldest,
    text: ring.text,
    snapshot: () => ({
      type: "snapshot",
      feed: name,
      sequence: ring.last(),
      books: [...open.values()].sort((a, b) => a.interval.index - b.interval.index).map(presentBook),
    }),
    book(index) {
      const book = open.get(index);
      return book === undefined ? null : presentBook(book);
    },
    opened(interval) {
      openBook(interval);
      const { index, startMs, endMs } = interval;
      add({ type: "opened", intervalIndex: index, start: isoTime(startMs), end: isoTime(endMs) });
      tell();
    },
    accepted(accepted, replaced) {
      if (replaced !== null) addLevel(replaced, -replaced.order.energyWh, "replaced");
      addLevel(accepted, accepted.order.energyWh, "accepted");
      tell();
    },
    cancelled(orders) {
      for (const accepted of orders) addLevel(accepted, -accepted.order.energyWh, "cancelled");
      tell();
    },
    cleared(clearing) {
      const { intervalIndex, status, clearingPrice, volumeWh, trades } = clearing;
      open.delete(intervalIndex);
      for (const { id, price, energyWh, phase } of trades)
        add({ type: "trade", intervalIndex, id, price, energyWh, phase });
      const tradeCount = trades.length;
      add({ type: "cleared", intervalIndex, status, clearingPrice, volumeWh, tradeCount });
      tell();
    },
    onEvents(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Adds energy to an order's level, or takes it away; gives what the level has then. */
function changeLevel(
  open: ReadonlyMap<IntervalIndex, OpenBook>,
  { order }: AcceptedOrder,
  changeWh: number,
): number {
  const level = open.get(order.intervalIndex)?.[order.side];
  assert(level !== undefined, "an order changes an open book");
  const energyWh = (level.get(order.limitPrice) ?? 0) + changeWh;
  assert(energyWh >= 0, "a level holds no less than its orders");
  if (energyWh === 0) level.delete(order.limitPrice);
  else level.set(order.limitPrice, energyWh);
  return energyWh;
}

function presentBook({ interval, bid, offer }: OpenBook): PublicBook {
  return {
    intervalIndex: interval.index,
    start: isoTime(interval.startMs),
    end: isoTime(interval.endMs),
    bids: levelsOf(bid, -1),
    offers: levelsOf(offer, 1),
  };
}

function levelsOf(levels: ReadonlyMap<number, number>, direction: 1 | -1): readonly BookLevel[] {
  return [...levels]
    .sort(([a], [b]) => direction * (a - b))
    .map(([price, energyWh]) => ({ price, energyWh }));
}
