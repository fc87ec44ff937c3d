import { type BookArena, CLOCK, COUNTER } from "./book-arena.ts";
import { refusal } from "./book-code.ts";
import { EVENT, hasEventRoom, writeEvent } from "./book-event.ts";
import { bookOffset } from "./book-slot.ts";
import { setTimer } from "./expiry-heap.ts";
import { isFillable } from "./fill-or-kill.ts";
import {
  BOOK_FIELD,
  BOOK_PHASE,
  type BookSide,
  EMPTY,
  keyOf,
  ORDER_FIELD,
  POSITION_FIELD,
  SIDE,
} from "./layout.ts";
import { endTaker, isCrossing, matchOrder } from "./match-order.ts";
import { hasFreeSlot, takeSlot } from "./order-slot.ts";
import { addOpen, isWithinLimit, openOf } from "./position.ts";
import { hasFreeLadder } from "./price-ladder.ts";
import { addOrder } from "./resting-orders.ts";
import { SELF_TRADE_POLICY } from "./self-trade.ts";

const { NOW } = CLOCK;
const { EVENTS_END } = COUNTER;
const { EVENT_STRIDE, RESTED } = EVENT;
const { BID, OFFER } = SIDE;
const { BOOK, KEY, LEFT, ORDER_SHIFT, POSITION } = ORDER_FIELD;
const { BOOK_STRIDE, COUNT, LADDER, PHASE, QUEUE_MAX, SELF_TRADE, TICKS } = BOOK_FIELD;
const { NONE } = EMPTY;
const { POSITION_BOOK, POSITION_SHIFT } = POSITION_FIELD;
const { CALL, CLOSED, CONTINUOUS } = BOOK_PHASE;
const { ALLOWED } = SELF_TRADE_POLICY;

/** How long an order stays. */
export const TIME_IN_FORCE = {
  /** What does not trade at once rests until the book closes. */
  GOOD_TILL_GATE: 0,
  /** What does not trade at once ends. */
  IMMEDIATE_OR_CANCEL: 1,
  /** All of it trades at once, or nothing does. */
  FILL_OR_KILL: 2,
  /** Like good till gate closure, but it expires after its lifetime. */
  GOOD_TILL_TIME: 3,
} as const;

const { GOOD_TILL_GATE, IMMEDIATE_OR_CANCEL, FILL_OR_KILL, GOOD_TILL_TIME } = TIME_IN_FORCE;
const UNKNOWN_BOOK = refusal("unknown-book");
const BOOK_CLOSED = refusal("book-closed");
const UNKNOWN_POSITION = refusal("unknown-position");
const BAD_SIDE = refusal("bad-side");
const BAD_TIME_IN_FORCE = refusal("bad-time-in-force");
const BAD_QUANTITY = refusal("bad-quantity");
const PRICE_OUT_OF_RANGE = refusal("price-out-of-range");
const BAD_LIFETIME = refusal("bad-lifetime");
const BOTH_SIDES = refusal("both-sides");
const POSITION_LIMIT = refusal("position-limit");
const EVENTS_FULL = refusal("events-full");
const ORDERS_FULL = refusal("orders-full");
const LADDERS_FULL = refusal("ladders-full");
const NOT_FILLABLE = refusal("not-fillable");

/**
 * Takes an order: limit `tick`, `quantity` in Wh, one of the four times in force. `lifetimeMs` counts from
 * the arena's time and is 0 unless the order is good till time. All are Int32, so that nothing is allocated.
 *
 * Answers the order's slot, also when it has ended at once: what became of it stands in the events, with
 * the slot's generation. Negative is a refusal, see `BOOK_CODES`.
 */
export function submitOrder(
  arena: BookArena,
  book: number,
  position: number,
  side: BookSide,
  tick: number,
  quantity: number,
  timeInForce: number,
  lifetimeMs: number,
): number {
  const { orders, books, positions, counters, events } = arena;
  const bookAt = (book & arena.bookMask) * BOOK_STRIDE;
  const orderSide = side & 1;
  // The common order with nothing wrong; all others are looked at more closely. A position knows its book.
  const isPlain =
    (position | 0) === position &&
    positions[(position << POSITION_SHIFT) + POSITION_BOOK] === book &&
    books[bookAt + PHASE] === CONTINUOUS &&
    orderSide === side &&
    (timeInForce & IMMEDIATE_OR_CANCEL) === timeInForce &&
    (quantity | 0) === quantity &&
    quantity > 0 &&
    isTickOf(books, bookAt, tick) &&
    lifetimeMs === 0 &&
    isWithinLimit(positions, position << POSITION_SHIFT, side, quantity) &&
    (counters[EVENTS_END] as number) + ((books[bookAt + COUNT + 1 - side] as number) + 2) * EVENT_STRIDE <=
      events.length &&
    hasFreeSlot(arena) &&
    ((books[bookAt + COUNT + side] as number) !== QUEUE_MAX || books[bookAt + LADDER + side] !== NONE);
  if (!isPlain) {
    const fault = faultOf(arena, book, position, side, tick, quantity, timeInForce, lifetimeMs);
    if (fault !== 0) return fault;
  }
  const key = keyOf(side, tick);
  const slot = takeSlot(arena);
  const orderAt = slot << ORDER_SHIFT;
  orders[orderAt + BOOK] = book;
  let left = quantity;
  if (isCrossing(books, bookAt, key)) left = matchOrder(arena, bookAt, slot, key, position, quantity);
  if (left <= 0 || timeInForce === IMMEDIATE_OR_CANCEL) {
    endTaker(arena, slot, key, left);
    return slot;
  }
  orders[orderAt + KEY] = key;
  orders[orderAt + POSITION] = position;
  orders[orderAt + LEFT] = left;
  addOrder(arena, bookAt, slot, key);
  addOpen(positions, position << POSITION_SHIFT, side, left);
  writeEvent(arena, RESTED, slot, 0, 0, tick, left);
  if (timeInForce === GOOD_TILL_TIME) setTimer(arena, slot, (arena.clock[NOW] as number) + lifetimeMs);
  return slot;
}

/** What is wrong with an order, by every check in the order of `BOOK_CODES`; 0 when nothing is. */
function faultOf(
  arena: BookArena,
  book: number,
  position: number,
  side: BookSide,
  tick: number,
  quantity: number,
  timeInForce: number,
  lifetimeMs: number,
): number {
  const bookAt = bookOffset(arena, book);
  if (bookAt < 0) return UNKNOWN_BOOK;
  const fault =
    fieldFault(arena, bookAt, position, side, tick, quantity, timeInForce, lifetimeMs) ||
    stateFault(arena, bookAt, position, side, quantity, timeInForce);
  if (fault !== 0 || timeInForce !== FILL_OR_KILL) return fault;
  return isFillable(arena, bookAt, position, keyOf(side, tick), quantity) ? 0 : NOT_FILLABLE;
}

/** What is wrong with the order itself; 0 when nothing is. */
function fieldFault(
  { books, positions, size }: BookArena,
  bookAt: number,
  position: number,
  side: number,
  tick: number,
  quantity: number,
  timeInForce: number,
  lifetimeMs: number,
): number {
  const phase = books[bookAt + PHASE] as number;
  if (phase === CLOSED) return BOOK_CLOSED;
  const isPosition = (position | 0) === position && position > NONE && position <= size.positionsMax;
  const handle = books[bookAt] as number;
  if (!isPosition || positions[(position << POSITION_SHIFT) + POSITION_BOOK] !== handle)
    return UNKNOWN_POSITION;
  if (side !== BID && side !== OFFER) return BAD_SIDE;
  const isTimed = timeInForce === GOOD_TILL_TIME;
  if (timeInForce !== GOOD_TILL_GATE && !isTimed) {
    const isAtOnce = timeInForce === IMMEDIATE_OR_CANCEL || timeInForce === FILL_OR_KILL;
    if (!isAtOnce || phase === CALL) return BAD_TIME_IN_FORCE;
  }
  if ((quantity | 0) !== quantity || quantity < 1) return BAD_QUANTITY;
  if (!isTickOf(books, bookAt, tick)) return PRICE_OUT_OF_RANGE;
  if ((lifetimeMs | 0) !== lifetimeMs || (isTimed ? lifetimeMs < 1 : lifetimeMs !== 0)) return BAD_LIFETIME;
  return 0;
}

/** Whether a book has this tick. */
export function isTickOf(books: Int32Array, bookAt: number, tick: number): boolean {
  return (tick | 0) === tick && tick >= 0 && tick < (books[bookAt + TICKS] as number);
}

/** Whether the state has room for an order; 0 when it has. */
function stateFault(
  arena: BookArena,
  bookAt: number,
  position: number,
  side: BookSide,
  quantity: number,
  timeInForce: number,
): number {
  const { books } = arena;
  const other = (1 - side) as BookSide;
  if (
    books[bookAt + PHASE] === CALL &&
    books[bookAt + SELF_TRADE] !== ALLOWED &&
    openOf(arena, position, other) > 0
  ) {
    return BOTH_SIDES;
  }
  if (!isWithinLimit(arena.positions, position << POSITION_SHIFT, side, quantity)) return POSITION_LIMIT;
  if (!hasEventRoom(arena, (books[bookAt + COUNT + other] as number) + 2)) return EVENTS_FULL;
  if (!hasFreeSlot(arena)) return ORDERS_FULL;
  const mayRest = timeInForce === GOOD_TILL_GATE || timeInForce === GOOD_TILL_TIME;
  const isQueueFull = books[bookAt + COUNT + side] === QUEUE_MAX && books[bookAt + LADDER + side] === NONE;
  return mayRest && isQueueFull && !hasFreeLadder(arena) ? LADDERS_FULL : 0;
}
