import { expect } from "vitest";
import { type ArenaSize, type BookArena, createArena } from "../src/book/book-arena.ts";
import { bookCode } from "../src/book/book-code.ts";
import { takeEvents } from "../src/book/book-event.ts";
import { BOOK_PHASE, type BookSide, SIDE } from "../src/book/layout.ts";
import { openBook } from "../src/book/open-book.ts";
import { openPosition } from "../src/book/position.ts";
import { readSide } from "../src/book/read-book.ts";
import type { SelfTradePolicy } from "../src/book/self-trade.ts";
import { submitOrder } from "../src/book/submit-order.ts";

const { BID, OFFER } = SIDE;
const { CONTINUOUS } = BOOK_PHASE;

/** A small arena. */
export const SMALL: ArenaSize = {
  booksMax: 4,
  ordersMax: 64,
  positionsMax: 16,
  ticksMax: 100,
  laddersMax: 4,
};

/** An arena with one book of 100 ticks, and a position in it for sites 1, 2 and 3. */
export class OneBook {
  readonly arena: BookArena;
  readonly book: number;
  readonly positions: readonly number[];

  constructor({
    selfTrade = 0,
    size = SMALL,
    limitWh = 2 ** 52,
    phase = CONTINUOUS,
  }: {
    readonly selfTrade?: SelfTradePolicy;
    readonly size?: ArenaSize;
    readonly limitWh?: number;
    readonly phase?: number;
  } = {}) {
    this.arena = createArena(size);
    this.book = openBook(this.arena, 1, size.ticksMax, selfTrade, phase);
    this.positions = [0, 1, 2, 3].map((site) =>
      site === 0 ? 0 : openPosition(this.arena, this.book, site, limitWh, limitWh),
    );
  }

  submit(
    site: number,
    side: BookSide,
    tick: number,
    quantity: number,
    timeInForce = 0,
    lifetimeMs = 0,
  ): number {
    const position = this.positions[site] ?? 0;
    return submitOrder(this.arena, this.book, position, side, tick, quantity, timeInForce, lifetimeMs);
  }

  bid(site: number, tick: number, quantity: number, timeInForce = 0, lifetimeMs = 0): number {
    return this.submit(site, BID, tick, quantity, timeInForce, lifetimeMs);
  }

  offer(site: number, tick: number, quantity: number, timeInForce = 0, lifetimeMs = 0): number {
    return this.submit(site, OFFER, tick, quantity, timeInForce, lifetimeMs);
  }

  /** Takes the events as short lines: `traded 1 with 2: 5 @ 40`. */
  events(): readonly string[] {
    return takeEvents(this.arena).map(({ kind, order, other, reason, tick, quantity }) =>
      [
        kind,
        ` ${order.slot}`,
        other === null ? "" : ` with ${other.slot}`,
        reason === null ? "" : ` (${reason})`,
        `: ${quantity} @ ${tick}`,
      ].join(""),
    );
  }

  /** One side as `site:quantity@tick`, best first. */
  side(side: BookSide): readonly string[] {
    const orders = readSide(this.arena, this.book, side) ?? [];
    return orders.map(({ site, quantity, tick }) => `${site}:${quantity}@${tick}`);
  }

  refuses(answer: number, code: string): void {
    expect(bookCode(answer)).toBe(code);
    expect(this.events()).toEqual([]);
  }
}
