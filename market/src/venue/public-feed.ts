import assert from "node:assert/strict";
import {
  type Clearing,
  type IntervalIndex,
  isoTime,
  type OrderSide,
  type Trade,
  type TradePhase,
} from "@commonwatt/vpp-core";
import type { BookEffect, LevelCause } from "../engine/book-effect.ts";
import { type AcceptedOrder, type Book, restingOrders } from "../engine/market-state.ts";
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
  /** When the gate is to close. */
  readonly gateCloses: string;
  /** Whether orders trade at once, or wait for the call auction. */
  readonly phase: TradePhase;
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
  | ({ readonly type: "opened" } & Omit<PublicBook, "bids" | "offers">)
  | { readonly type: "call-opened"; readonly intervalIndex: number }
  | {
      readonly type: "level";
      readonly cause: LevelCause;
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
  opened(book: OpenedBook): void;
  changed(effects: readonly BookEffect[]): void;
  cleared(clearing: Clearing): void;
  /** Calls back after events were added, until the answer is called. */
  onEvents(listener: () => void): () => void;
}

/** What a feed is told of a book that was opened. */
type OpenedBook = Pick<Book, "interval" | "gateClosesMs"> & { readonly phase: TradePhase };

interface OpenBook extends Omit<OpenedBook, "phase"> {
  phase: TradePhase;
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
  const openBook = (opened: OpenedBook): OpenBook => {
    const book = { ...opened, bid: new Map(), offer: new Map() };
    open.set(opened.interval.index, book);
    return book;
  };
  const take = (effect: BookEffect): void => {
    if (effect.kind === "trade") {
      add(tradeEvent(effect.trade));
    } else if (effect.kind === "level") {
      const energyWh = changeLevel(open, effect);
      const { intervalIndex, side, price, cause } = effect;
      add({ type: "level", cause, intervalIndex, side, price, energyWh });
    } else {
      const book = open.get(effect.intervalIndex);
      assert(book !== undefined, "a call phase begins in an open book");
      book.phase = "call";
      add({ type: "call-opened", intervalIndex: effect.intervalIndex });
    }
  };

  for (const book of books) {
    const { interval, gateClosesMs, phase } = book;
    if (phase === "closed") continue;
    openBook({ interval, gateClosesMs, phase });
    for (const accepted of restingOrders(book)) changeLevel(open, levelOf(accepted));
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
    opened(opened) {
      const { bids: _, offers: __, ...book } = presentBook(openBook(opened));
      add({ type: "opened", ...book });
      tell();
    },
    changed(effects) {
      for (const effect of effects) take(effect);
      if (effects.length > 0) tell();
    },
    cleared(clearing) {
      open.delete(clearing.intervalIndex);
      for (const event of clearedEvents(clearing)) add(event);
      tell();
    },
    onEvents(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** What a gate closure tells: the trades of its auction, then how it went. */
function clearedEvents({
  intervalIndex,
  status,
  clearingPrice,
  volumeWh,
  trades,
}: Clearing): readonly PublicEvent[] {
  const tradeCount = trades.length;
  return [
    ...trades.filter(({ phase }) => phase === "call").map(tradeEvent),
    { type: "cleared", intervalIndex, status, clearingPrice, volumeWh, tradeCount },
  ];
}

function tradeEvent({ intervalIndex, id, price, energyWh, phase }: Trade): PublicEvent {
  return { type: "trade", intervalIndex, id, price, energyWh, phase };
}

/** Where an order rests, and with how much. */
type Level = Pick<BookEffect & { readonly kind: "level" }, "intervalIndex" | "side" | "price" | "changeWh">;

function levelOf({ order: { intervalIndex, side, limitPrice }, openWh }: AcceptedOrder): Level {
  return { intervalIndex, side, price: limitPrice, changeWh: openWh };
}

/** Adds energy to a level, or takes it away; gives what the level has then. */
function changeLevel(
  open: ReadonlyMap<IntervalIndex, OpenBook>,
  { intervalIndex, side, price, changeWh }: Level,
): number {
  const levels = open.get(intervalIndex)?.[side];
  assert(levels !== undefined, "an order changes an open book");
  const energyWh = (levels.get(price) ?? 0) + changeWh;
  assert(energyWh >= 0, "a level holds no less than its orders");
  if (energyWh === 0) levels.delete(price);
  else levels.set(price, energyWh);
  return energyWh;
}

function presentBook({ interval, gateClosesMs, phase, bid, offer }: OpenBook): PublicBook {
  return {
    intervalIndex: interval.index,
    start: isoTime(interval.startMs),
    end: isoTime(interval.endMs),
    gateCloses: isoTime(gateClosesMs),
    phase,
    bids: levelsOf(bid, -1),
    offers: levelsOf(offer, 1),
  };
}

function levelsOf(levels: ReadonlyMap<number, number>, direction: 1 | -1): readonly BookLevel[] {
  return [...levels]
    .sort(([a], [b]) => direction * (a - b))
    .map(([price, energyWh]) => ({ price, energyWh }));
}
