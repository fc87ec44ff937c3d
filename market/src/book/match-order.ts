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
import { addOpen, addTraded } from "./position.ts";
import { bestOrder, cutOrder, removeOrder } from "./resting-orders.ts";
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
 * `taker` has a slot with its key, position and book. Answers what it has left; as `~left` when
 * self-trade prevention stops it there.
 */
export function matchOrder(arena: BookArena, bookAt: number, taker: number, quantity: number): number {
  const { books, orders } = arena;
  const takerAt = taker << ORDER_SHIFT;
  const key = orders[takerAt + KEY] as number;
  const position = orders[takerAt + POSITION] as number;
  const other = (1 - sideOf(key)) as BookSide;
  const policy = books[bookAt + SELF_TRADE] as number;
  let left = quantity;
  while (left > 0 && key + (books[bookAt + BEST + other] as number) >= -1) {
    const maker = bestOrder(arena, bookAt, other);
    const makerAt = maker << ORDER_SHIFT;
    if (policy !== ALLOWED && orders[makerAt + POSITION] === position) {
      left = preventSelfTrade(arena, policy, bookAt, maker, taker, left);
      continue;
    }
    left -= trade(arena, bookAt, maker, taker, left);
  }
  return left;
}

/** Whether an order of a continuous book would trade at once. */
export function isCrossing(books: Int32Array, bookAt: number, key: number): boolean {
  const best = books[bookAt + BEST + 1 - sideOf(key)] as number;
  return key + best >= -1 && books[bookAt + PHASE] === CONTINUOUS;
}

/** Ends an incoming order with what `matchOrder` left of it, or what else may not rest; frees its slot. */
export function endTaker(arena: BookArena, slot: number, left: number): void {
  const tick = tickOf(arena.orders[(slot << ORDER_SHIFT) + KEY] as number);
  if (left > 0) writeEvent(arena, ENDED | ORDER_DONE, slot, REMAINDER, 0, tick, left);
  if (left < 0) writeEvent(arena, ENDED | ORDER_DONE, slot, OWN_ORDER, 0, tick, ~left);
  freeSlot(arena, slot);
}

function trade(arena: BookArena, bookAt: number, maker: number, taker: number, takerLeft: number): number {
  const { orders, positions } = arena;
  const makerAt = maker << ORDER_SHIFT;
  const makerLeft = orders[makerAt + LEFT] as number;
  const key = orders[makerAt + KEY] as number;
  const side = sideOf(key);
  const quantity = Math.min(makerLeft, takerLeft);
  const done = (quantity === makerLeft ? ORDER_DONE : 0) | (quantity === takerLeft ? OTHER_DONE : 0);
  writeTrade(arena, makerAt, taker, tickOf(key), quantity, done);
  const makerPositionAt = (orders[makerAt + POSITION] as number) << POSITION_SHIFT;
  addTraded(positions, makerPositionAt, side, quantity);
  addOpen(positions, makerPositionAt, side, -quantity);
  const takerPosition = orders[(taker << ORDER_SHIFT) + POSITION] as number;
  addTraded(positions, takerPosition << POSITION_SHIFT, (1 - side) as BookSide, quantity);
  if (quantity < makerLeft) {
    cutOrder(arena, bookAt, maker, quantity);
  } else {
    removeOrder(arena, bookAt, maker, makerLeft);
    freeSlot(arena, maker);
  }
  return quantity;
}

/** `writeEvent` for the one event that is written most. */
function writeTrade(
  { events, counters, orders }: BookArena,
  makerAt: number,
  taker: number,
  tick: number,
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
  events[at + 6] = tick;
  events[at + 7] = quantity;
  counters[EVENTS_END] = at + EVENT_STRIDE;
}
