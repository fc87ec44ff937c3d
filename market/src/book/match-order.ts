import { type BookArena, COUNTER } from "./book-arena.ts";
import { END_REASON, EVENT, writeEvent } from "./book-event.ts";
import {
  BOOK_FIELD,
  BOOK_PHASE,
  type BookSide,
  ORDER_FIELD,
  POSITION_FIELD,
  sideOf,
  tickOf,
} from "./layout.ts";
import { freeSlot } from "./order-slot.ts";
import { addFilled, addTraded } from "./position.ts";
import { bestOrder, removeBest } from "./resting-orders.ts";
import { preventSelfTrade, SELF_TRADE_POLICY } from "./self-trade.ts";

const { ENDED, EVENT_STRIDE, ORDER_DONE, OTHER_DONE, TRADED } = EVENT;
const { EVENTS_END } = COUNTER;
const { BEST, PHASE, SELF_TRADE } = BOOK_FIELD;
const { CONTINUOUS } = BOOK_PHASE;
const { OWN_ORDER, REMAINDER } = END_REASON;
const { BOOK, GENERATION, KEY, LEFT, ORDER_SHIFT, POSITION } = ORDER_FIELD;
const { POSITION_SHIFT } = POSITION_FIELD;
const { ALLOWED } = SELF_TRADE_POLICY;

/**
 * The rule of the continuous double auction: an incoming order trades with the best resting order of the
 * other side while the two cross, each time at the resting order's price. Best is by price, then by time.
 * `taker` has a slot and nothing in it yet. Answers what it has left; as `~left` when self-trade prevention
 * stops it there.
 */
export function matchOrder(
  arena: BookArena,
  bookAt: number,
  taker: number,
  key: number,
  position: number,
  quantity: number,
): number {
  const { books, orders, positions } = arena;
  const side = sideOf(key);
  const other = (1 - side) as BookSide;
  const policy = books[bookAt + SELF_TRADE] as number;
  let left = quantity;
  let traded = 0;
  while (left > 0 && key + (books[bookAt + BEST + other] as number) >= -1) {
    const maker = bestOrder(arena, bookAt, other);
    const makerAt = maker << ORDER_SHIFT;
    if (policy !== ALLOWED && orders[makerAt + POSITION] === position) {
      left = preventSelfTrade(arena, policy, bookAt, maker, taker, left);
      continue;
    }
    const makerLeft = (orders[makerAt + LEFT] as number) - left;
    const makerPositionAt = (orders[makerAt + POSITION] as number) << POSITION_SHIFT;
    if (makerLeft > 0) {
      writeTrade(arena, makerAt, taker, left, OTHER_DONE);
      addFilled(positions, makerPositionAt, other, left);
      orders[makerAt + LEFT] = makerLeft;
      traded += left;
      left = 0;
    } else {
      const lot = makerLeft + left;
      writeTrade(arena, makerAt, taker, lot, makerLeft === 0 ? ORDER_DONE | OTHER_DONE : ORDER_DONE);
      addFilled(positions, makerPositionAt, other, lot);
      removeBest(arena, bookAt, other);
      freeSlot(arena, maker);
      traded += lot;
      left = -makerLeft;
    }
  }
  addTraded(positions, position << POSITION_SHIFT, side, traded);
  return left;
}

/** Whether an order of a continuous book would trade at once. */
export function isCrossing(books: Int32Array, bookAt: number, key: number): boolean {
  const best = books[bookAt + BEST + 1 - sideOf(key)] as number;
  return key + best >= -1 && books[bookAt + PHASE] === CONTINUOUS;
}

/** Ends an incoming order with what `matchOrder` left of it, or what else may not rest; frees its slot. */
export function endTaker(arena: BookArena, slot: number, key: number, left: number): void {
  if (left > 0) writeEvent(arena, ENDED | ORDER_DONE, slot, REMAINDER, 0, tickOf(key), left);
  if (left < 0) writeEvent(arena, ENDED | ORDER_DONE, slot, OWN_ORDER, 0, tickOf(key), ~left);
  freeSlot(arena, slot);
}

/** `writeEvent` for the one event that is written most: trades are at the resting order's price. */
function writeTrade(
  { events, counters, orders }: BookArena,
  makerAt: number,
  taker: number,
  quantity: number,
  done: number,
): void {
  const at = counters[EVENTS_END] as number;
  events[at] = TRADED | done;
  events[at + 1] = orders[makerAt + BOOK] as number;
  events[at + 2] = makerAt >> ORDER_SHIFT;
  events[at + 3] = orders[makerAt + GENERATION] as number;
  events[at + 4] = taker;
  events[at + 5] = orders[(taker << ORDER_SHIFT) + GENERATION] as number;
  events[at + 6] = tickOf(orders[makerAt + KEY] as number);
  events[at + 7] = quantity;
  counters[EVENTS_END] = at + EVENT_STRIDE;
}
