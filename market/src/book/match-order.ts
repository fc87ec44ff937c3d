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
import { bestOrder, removeOrder } from "./resting-orders.ts";
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
  const side = sideOf(key);
  const other = (1 - side) as BookSide;
  const policy = books[bookAt + SELF_TRADE] as number;
  let left = quantity;
  let traded = 0;
  while (left > 0 && key + (books[bookAt + BEST + other] as number) >= -1) {
    const maker = bestOrder(arena, bookAt, other);
    if (policy !== ALLOWED && orders[(maker << ORDER_SHIFT) + POSITION] === position) {
      left = preventSelfTrade(arena, policy, bookAt, maker, taker, left);
      continue;
    }
    const makerLeft = orders[(maker << ORDER_SHIFT) + LEFT] as number;
    const lot = makerLeft < left ? makerLeft : left;
    trade(arena, bookAt, maker, taker, lot, left);
    traded += lot;
    left -= lot;
  }
  addTraded(arena.positions, position << POSITION_SHIFT, side, traded);
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

/** The resting order `maker` gives `quantity` to the incoming `taker`, which has `takerLeft` before that. */
function trade(
  arena: BookArena,
  bookAt: number,
  maker: number,
  taker: number,
  quantity: number,
  takerLeft: number,
): void {
  const { orders } = arena;
  const makerAt = maker << ORDER_SHIFT;
  const makerLeft = (orders[makerAt + LEFT] as number) - quantity;
  const key = orders[makerAt + KEY] as number;
  const done = (makerLeft === 0 ? ORDER_DONE : 0) | (quantity === takerLeft ? OTHER_DONE : 0);
  writeTrade(arena, makerAt, taker, tickOf(key), quantity, done);
  addFilled(arena.positions, (orders[makerAt + POSITION] as number) << POSITION_SHIFT, sideOf(key), quantity);
  if (makerLeft > 0) {
    orders[makerAt + LEFT] = makerLeft;
  } else {
    removeOrder(arena, bookAt, maker);
    freeSlot(arena, maker);
  }
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
