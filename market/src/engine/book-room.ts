import type { SignedOrder } from "@commonwatt/vpp-core";
import { COUNTER } from "../book/book-arena.ts";
import { bookOffset } from "../book/book-slot.ts";
import { isFillable } from "../book/fill-or-kill.ts";
import { BOOK_FIELD, keyOf } from "../book/layout.ts";
import { hasFreeSlot } from "../book/order-slot.ts";
import { readPosition } from "../book/position.ts";
import { hasFreeLadder } from "../book/price-ladder.ts";
import { type Book, type MarketState, sideCode } from "./market-state.ts";

/** What a site has in a book, in Wh; zeros when it has nothing there. */
export function positionIn({ arena }: MarketState, book: Book, siteId: SignedOrder["siteId"]): SiteEnergies {
  const position = book.positions.get(siteId);
  return position === undefined ? NOTHING : readPosition(arena, position.number);
}

/** Energies of a site in a book, in Wh. */
export interface SiteEnergies {
  /** Bought less sold. */
  readonly netWh: number;
  readonly openBidsWh: number;
  readonly openOffersWh: number;
}

const NOTHING: SiteEnergies = { netWh: 0, openBidsWh: 0, openOffersWh: 0 };

/**
 * Whether the arena has room for one more order, whatever becomes of it. On the safe side: a side that is a
 * ladder already would take it without a free one.
 */
export function hasRoom({ arena }: MarketState, book: Book, { siteId, side }: SignedOrder): boolean {
  const { counters, books, size } = arena;
  const count = (at: number): number => counters[at] as number;
  const hasPosition =
    book.positions.has(siteId) ||
    count(COUNTER.FREE_POSITION) !== 0 ||
    count(COUNTER.POSITIONS_USED) <= size.positionsMax;
  const onSide = books[bookOffset(arena, book.handle) + BOOK_FIELD.COUNT + sideCode(side)] as number;
  return hasPosition && hasFreeSlot(arena) && (onSide < BOOK_FIELD.QUEUE_MAX || hasFreeLadder(arena));
}

/** Whether an order would trade all of its energy at once. */
export function isFillableNow(
  { arena }: MarketState,
  book: Book,
  order: SignedOrder,
  openWh: number,
): boolean {
  const { siteId, side, limitPrice } = order;
  const key = keyOf(sideCode(side), limitPrice / book.prices.priceTick);
  const position = book.positions.get(siteId)?.number ?? 0;
  return isFillable(arena, bookOffset(arena, book.handle), position, key, openWh);
}
