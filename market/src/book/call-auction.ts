import type { BookArena } from "./book-arena.ts";
import { refusal } from "./book-code.ts";
import { EVENT, hasEventRoom, writeEvent } from "./book-event.ts";
import { bookOffset } from "./book-slot.ts";
import { crossLadders, type Ladder } from "./clearing-price.ts";
import {
  BOOK_FIELD,
  BOOK_PHASE,
  type BookSide,
  HOLDER_FIELD,
  ORDER_FIELD,
  POSITION_FIELD,
  SIDE,
  tickOf,
} from "./layout.ts";
import { rationMargin } from "./marginal-rationing.ts";
import { freeSlot } from "./order-slot.ts";
import { addFilled } from "./position.ts";
import { listOrders, removeOrder } from "./resting-orders.ts";

const { CLEARED, ORDER_DONE } = EVENT;
const { COUNT, PHASE } = BOOK_FIELD;
const { CALL, CLOSED, CONTINUOUS } = BOOK_PHASE;
const { KEY, LEFT, ORDER_SHIFT, POSITION } = ORDER_FIELD;
const { POSITION_SHIFT } = POSITION_FIELD;
const { SITE } = HOLDER_FIELD;
const { BID, OFFER } = SIDE;

const UNKNOWN_BOOK = refusal("unknown-book");
const BOOK_CLOSED = refusal("book-closed");
const NO_CALL_AUCTION = refusal("no-call-auction");
const EVENTS_FULL = refusal("events-full");

/** What a call auction came to. */
export interface CallOutcome {
  /** The one price of all trades; `null` when nothing was traded. */
  readonly tick: number | null;
  /** In Wh. */
  readonly volumeWh: number;
}

/**
 * Clears a book in its call phase at one price, see `crossLadders`; orders at the marginal limit share what is
 * left, see `rationMargin`. Every filled order has its event: bids before offers, each side in its priority.
 * What is not filled rests on, and the book goes on as a continuous one until it is closed.
 * `kPerMille` is k in thousandths: 0 gives the price to the buyers, 1000 to the sellers. Negative is a refusal.
 */
export function clearCall(
  arena: BookArena,
  book: number,
  kPerMille: number,
  seed: number,
): CallOutcome | number {
  const { books } = arena;
  const at = bookOffset(arena, book);
  if (at < 0) return UNKNOWN_BOOK;
  if (books[at + PHASE] === CLOSED) return BOOK_CLOSED;
  const isShare = Number.isInteger(kPerMille) && kPerMille >= 0 && kPerMille <= 1000;
  if (books[at + PHASE] !== CALL || !isShare || (seed | 0) !== seed) return NO_CALL_AUCTION;
  const resting = (books[at + COUNT] as number) + (books[at + COUNT + 1] as number);
  if (!hasEventRoom(arena, resting)) return EVENTS_FULL;
  const bids = sideOfBook(arena, at, BID);
  const offers = sideOfBook(arena, at, OFFER);
  const crossing = crossLadders(bids.ladder, offers.ladder, kPerMille);
  books[at + PHASE] = CONTINUOUS;
  if (crossing === null) return { tick: null, volumeWh: 0 };
  const { tick, volumeWh, bidTick, bidFilledWh, offerTick, offerFilledWh } = crossing;
  fillSide(arena, at, bids, bidTick, bidFilledWh, tick, seed);
  fillSide(arena, at, offers, offerTick, offerFilledWh, tick, seed);
  return { tick, volumeWh };
}

/** The orders of a side in priority, and their sums by price. */
interface CallSide {
  readonly side: BookSide;
  readonly slots: Int32Array;
  readonly ladder: Ladder;
}

function sideOfBook(arena: BookArena, bookAt: number, side: BookSide): CallSide {
  const { orders, scratch } = arena;
  const slots = scratch.slice(0, listOrders(arena, bookAt, side, scratch));
  const ticks: number[] = [];
  const quantitiesWh: number[] = [];
  for (const slot of slots) {
    const tick = tickOf(orders[(slot << ORDER_SHIFT) + KEY] as number);
    const left = orders[(slot << ORDER_SHIFT) + LEFT] as number;
    const last = ticks.length - 1;
    if (ticks[last] === tick) {
      quantitiesWh[last] = (quantitiesWh[last] as number) + left;
    } else {
      ticks.push(tick);
      quantitiesWh.push(left);
    }
  }
  return { side, slots, ladder: { ticks, quantitiesWh, length: ticks.length } };
}

/** Fills a side: every order better than the margin in full, and those at the margin in their shares. */
function fillSide(
  arena: BookArena,
  bookAt: number,
  { side, slots }: CallSide,
  marginalTick: number,
  filledWh: number,
  price: number,
  seed: number,
): void {
  const { orders, holders } = arena;
  const field = (slot: number, at: number): number => orders[(slot << ORDER_SHIFT) + at] as number;
  const first = slots.findIndex((slot) => tickOf(field(slot, KEY)) === marginalTick);
  const isMarginal = (slot: number): boolean => tickOf(field(slot, KEY)) === marginalTick;
  const margin = slots.filter(isMarginal);
  const siteOf = (slot: number): number =>
    holders[(field(slot, POSITION) << POSITION_SHIFT) + SITE] as number;
  const shares = rationMargin(
    margin.map((slot) => field(slot, LEFT)),
    margin.map(siteOf),
    filledWh,
    seed,
  );
  for (const slot of slots.subarray(0, first)) fill(arena, bookAt, slot, side, field(slot, LEFT), price);
  for (const [i, slot] of margin.entries()) {
    const share = shares[i] as number;
    if (share > 0) fill(arena, bookAt, slot, side, share, price);
  }
}

function fill(
  arena: BookArena,
  bookAt: number,
  slot: number,
  side: BookSide,
  quantity: number,
  price: number,
): void {
  const { orders, positions } = arena;
  const left = orders[(slot << ORDER_SHIFT) + LEFT] as number;
  const positionAt = (orders[(slot << ORDER_SHIFT) + POSITION] as number) << POSITION_SHIFT;
  addFilled(positions, positionAt, side, quantity);
  writeEvent(arena, quantity === left ? CLEARED | ORDER_DONE : CLEARED, slot, 0, 0, price, quantity);
  if (quantity < left) {
    orders[(slot << ORDER_SHIFT) + LEFT] = left - quantity;
  } else {
    removeOrder(arena, bookAt, slot);
    freeSlot(arena, slot);
  }
}
