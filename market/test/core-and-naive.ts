import { expect } from "vitest";
import { advanceTime } from "../src/book/advance-time.ts";
import { type ArenaSize, type BookArena, createArena } from "../src/book/book-arena.ts";
import { type BookCode, bookCode } from "../src/book/book-code.ts";
import { type OrderHandle, takeEvents } from "../src/book/book-event.ts";
import { arenaHash } from "../src/book/book-hash.ts";
import { cancelOrder } from "../src/book/cancel-order.ts";
import { BOOK_FIELD, BOOK_PHASE, POSITION_FIELD, SIDE } from "../src/book/layout.ts";
import { closeBook, openBook, openCall, releaseBook } from "../src/book/open-book.ts";
import { addTraded, openPosition, positionOf, readPosition } from "../src/book/position.ts";
import { readSide } from "../src/book/read-book.ts";
import { replaceOrder } from "../src/book/replace-order.ts";
import type { SelfTradePolicy } from "../src/book/self-trade.ts";
import { submitOrder } from "../src/book/submit-order.ts";
import {
  inPriority,
  type NaiveBook,
  NaiveMarket,
  type NaiveOrder,
  type NaiveSelfTrade,
  type NaiveTimeInForce,
  openQuantity,
} from "../src/reference/naive-market.ts";

const { BID, OFFER } = SIDE;
const { BOOK_STRIDE, QUEUE_MAX, SELF_TRADE } = BOOK_FIELD;
const { CALL, CONTINUOUS } = BOOK_PHASE;
const { POSITION_SHIFT } = POSITION_FIELD;

const SELF_TRADES: readonly NaiveSelfTrade[] = ["allowed", "cancel-newest", "cancel-resting", "decrement"];
const TIMES_IN_FORCE: readonly NaiveTimeInForce[] = ["gate", "immediate", "fill-or-kill", "time"];

/** One step of a random session; what names a book or an order is taken modulo how many there are. */
export type Step =
  | {
      readonly do: "submit";
      readonly book: number;
      readonly site: number;
      readonly side: 0 | 1;
      readonly tick: number;
      readonly quantity: number;
      readonly timeInForce: number;
      readonly lifetimeMs: number;
    }
  | { readonly do: "cancel"; readonly order: number }
  | { readonly do: "replace"; readonly order: number; readonly tick: number; readonly quantity: number }
  | { readonly do: "advance"; readonly byMs: number }
  | { readonly do: "call"; readonly book: number }
  | { readonly do: "reopen"; readonly book: number };

/** What the books of a session look like. */
export interface Session {
  readonly size: ArenaSize;
  readonly bookCount: number;
  readonly siteCount: number;
  readonly ticks: number;
  readonly selfTrade: SelfTradePolicy;
  readonly limitWh: number;
}

interface Pair {
  readonly handle: number;
  readonly naive: NaiveBook;
  readonly tag: number;
}

/** The core and the naive market side by side: every step must have the same answer and the same events. */
export class CoreAndNaive {
  readonly arena: BookArena;
  readonly naive: NaiveMarket;
  readonly #session: Session;
  readonly #books: Pair[] = [];
  readonly #orders: { readonly handle: OrderHandle; readonly naive: NaiveOrder }[] = [];
  /** The number of the last order in each slot. */
  readonly #lastInSlot = new Map<number, number>();
  readonly #numbers = new Map<string, number>();
  #tags = 0;

  constructor(session: Session) {
    this.#session = session;
    this.arena = createArena(session.size);
    const { ordersMax, laddersMax } = session.size;
    this.naive = new NaiveMarket({ ordersMax, laddersMax, queueMax: QUEUE_MAX });
    for (let i = 0; i < session.bookCount; i++) this.#books.push(this.#open());
  }

  #open(): Pair {
    const { ticks, selfTrade, siteCount, limitWh } = this.#session;
    const tag = this.#tags++;
    const handle = openBook(this.arena, tag, ticks, selfTrade, CONTINUOUS);
    const naive = this.naive.openBook(tag, ticks, SELF_TRADES[selfTrade] as NaiveSelfTrade, "continuous");
    expect(handle).toBeGreaterThan(0);
    for (let site = 0; site < siteCount; site++) {
      expect(openPosition(this.arena, handle, site, limitWh, limitWh)).toBeGreaterThan(0);
      this.naive.openPosition(naive, site, limitWh, limitWh);
    }
    return { handle, naive, tag };
  }

  step(step: Step): void {
    const [answer, expected] = this.#both(step);
    expect({ step, answer: bookCode(answer) }).toEqual({ step, answer: expected });
    this.#compareEvents();
  }

  #both(step: Step): readonly [number, BookCode | null] {
    if (step.do === "submit") return this.#submit(step);
    if (step.do === "advance") {
      const nowMs = this.naive.nowMs + step.byMs;
      return [advanceTime(this.arena, nowMs), this.naive.advance(nowMs)];
    }
    if (step.do === "call" || step.do === "reopen") {
      const at = step.book % this.#books.length;
      const pair = this.#books[at] as Pair;
      if (step.do === "call") {
        pair.naive.phase = "call";
        return [openCall(this.arena, pair.handle), null];
      }
      const closed = [closeBook(this.arena, pair.handle), this.naive.close(pair.naive)] as const;
      this.#compareEvents();
      expect(releaseBook(this.arena, pair.handle)).toBe(0);
      this.naive.books.splice(this.naive.books.indexOf(pair.naive), 1);
      this.#books[at] = this.#open();
      return closed;
    }
    const order = this.#orders[step.order % this.#orders.length];
    if (order === undefined) return [cancelOrder(this.arena, 1, 0), "unknown-order"];
    const { slot, generation } = order.handle;
    const isStale = this.#lastInSlot.get(slot) !== order.naive.number;
    const isCancel = step.do === "cancel";
    const answer = isCancel
      ? cancelOrder(this.arena, slot, generation)
      : replaceOrder(this.arena, slot, generation, step.tick, step.quantity);
    const expected = isCancel
      ? this.naive.cancel(order.naive)
      : this.naive.replace(order.naive, step.tick, step.quantity);
    return [answer, expected === "order-ended" && isStale ? "order-stale" : expected];
  }

  #submit(step: Step & { readonly do: "submit" }): readonly [number, BookCode | null] {
    const pair = this.#books[step.book % this.#books.length] as Pair;
    const { site, side, tick, quantity, timeInForce, lifetimeMs } = step;
    const position = positionOf(this.arena, pair.handle, site);
    const before = new Map(this.#generations());
    const answer = submitOrder(
      this.arena,
      pair.handle,
      position,
      side,
      tick,
      quantity,
      timeInForce,
      lifetimeMs,
    );
    const naive = this.naive.submit({
      book: pair.naive,
      site,
      side: side === BID ? "bid" : "offer",
      tick,
      quantity,
      timeInForce: TIMES_IN_FORCE[timeInForce] as NaiveTimeInForce,
      lifetimeMs,
    });
    if (typeof naive === "string") return [answer, naive];
    const generation = before.get(answer) ?? 0;
    this.#orders.push({ handle: { slot: answer, generation }, naive });
    this.#lastInSlot.set(answer, naive.number);
    this.#numbers.set(`${answer}/${generation}`, naive.number);
    return [answer, null];
  }

  /** The generation that each slot's next order will have. */
  *#generations(): Iterable<readonly [number, number]> {
    for (const [slot, number] of this.#lastInSlot) {
      yield [slot, (this.#orders[number]?.handle.generation ?? -1) + 1];
    }
  }

  #compareEvents(): void {
    const numberOf = ({ slot, generation }: OrderHandle): number | undefined =>
      this.#numbers.get(`${slot}/${generation}`);
    const events = takeEvents(this.arena).map(({ kind, order, other, reason, tick, quantity }) => ({
      kind,
      order: numberOf(order),
      other: other === null ? null : numberOf(other),
      reason,
      tick,
      quantity,
    }));
    expect(events).toEqual(this.naive.events);
    this.naive.events.length = 0;
  }

  /** Compares every book, position and the hash with those of an arena that was filled from the naive one. */
  compareBooks(): void {
    for (const { handle, naive } of this.#books) {
      for (const side of ["bid", "offer"] as const) {
        const core = readSide(this.arena, handle, side === "bid" ? BID : OFFER) ?? [];
        expect(
          core.map(({ site, tick, quantity, expiresAtMs }) => [site, tick, quantity, expiresAtMs]),
        ).toEqual(
          inPriority(naive, side).map(({ site, tick, left, expiresAtMs }) => [site, tick, left, expiresAtMs]),
        );
      }
      for (const { site, net, boughtMax, soldMax } of naive.positions.values()) {
        expect(readPosition(this.arena, positionOf(this.arena, handle, site))).toEqual({
          site,
          netWh: net + 0,
          openBidsWh: openQuantity(naive, site, "bid"),
          openOffersWh: openQuantity(naive, site, "offer"),
          boughtMaxWh: boughtMax,
          soldMaxWh: soldMax,
        });
      }
    }
    expect(arenaHash(this.#rebuilt())).toBe(arenaHash(this.arena));
  }

  /** An arena with the same content, reached another way: books backwards, orders straight to their place. */
  #rebuilt(): BookArena {
    const arena = createArena({ ...this.#session.size, laddersMax: 2 * this.#session.size.booksMax });
    advanceTime(arena, this.naive.nowMs);
    for (const { naive } of this.#books.toReversed()) {
      const policy = SELF_TRADES.indexOf(naive.selfTrade) as SelfTradePolicy;
      const phase = naive.phase === "call" ? CALL : CONTINUOUS;
      // A site may have come into the call phase with orders on both sides, which it may not make there.
      const book = openBook(arena, naive.tag, naive.ticks, 0, phase);
      for (const { site, net, boughtMax, soldMax } of [...naive.positions.values()].reverse()) {
        const position = openPosition(arena, book, site, boughtMax, soldMax);
        addTraded(arena.positions, position << POSITION_SHIFT, BID, net);
      }
      for (const side of ["offer", "bid"] as const) {
        for (const { site, tick, left, expiresAtMs } of inPriority(naive, side)) {
          const position = positionOf(arena, book, site);
          const isTimed = expiresAtMs !== null;
          const lifetimeMs = isTimed ? expiresAtMs - this.naive.nowMs : 0;
          const sideCode = side === "bid" ? BID : OFFER;
          const slot = submitOrder(arena, book, position, sideCode, tick, left, isTimed ? 3 : 0, lifetimeMs);
          expect(slot).toBeGreaterThan(0);
        }
      }
      arena.books[(book & arena.bookMask) * BOOK_STRIDE + SELF_TRADE] = policy;
    }
    return arena;
  }
}
