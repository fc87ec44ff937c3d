import { type BookArena, COUNTER } from "./book-arena.ts";
import { refusal } from "./book-code.ts";
import { EVENT, hasEventRoom, writeEvent } from "./book-event.ts";
import {
  BOOK_FIELD,
  BOOK_PHASE,
  type BookSide,
  keyOf,
  ORDER_FIELD,
  POSITION_FIELD,
  sideOf,
} from "./layout.ts";
import { endTaker, matchOrder } from "./match-order.ts";
import { isResting, orderFault } from "./order-slot.ts";
import { addOpen, isWithinLimit } from "./position.ts";
import { addOrder, moveOrder, removeOrder } from "./resting-orders.ts";
import { isTickOf } from "./submit-order.ts";

const { EVENTS_END } = COUNTER;
const { CUT, EVENT_STRIDE, MOVED } = EVENT;
const { BOOK, KEY, LEFT, ORDER_SHIFT, POSITION } = ORDER_FIELD;
const { BEST, BOOK_STRIDE, COUNT, PHASE } = BOOK_FIELD;
const { CONTINUOUS } = BOOK_PHASE;
const { POSITION_SHIFT } = POSITION_FIELD;

const BAD_QUANTITY = refusal("bad-quantity");
const PRICE_OUT_OF_RANGE = refusal("price-out-of-range");
const POSITION_LIMIT = refusal("position-limit");
const EVENTS_FULL = refusal("events-full");

/**
 * Gives a resting order a new limit and a new open quantity. It keeps its handle and its expiry. At the same
 * tick with the same or a smaller quantity it also keeps its priority; otherwise it comes in anew, so that it
 * may trade, and rests behind all others of its price. Answers 0; negative is a refusal, and the order
 * stands as it was.
 */
export function replaceOrder(
  arena: BookArena,
  slot: number,
  generation: number,
  tick: number,
  quantity: number,
): number {
  const { orders, books, counters, events } = arena;
  if (!isResting(arena, slot, generation)) return orderFault(arena, slot, generation);
  const orderAt = slot << ORDER_SHIFT;
  const bookAt = ((orders[orderAt + BOOK] as number) & arena.bookMask) * BOOK_STRIDE;
  if ((quantity | 0) !== quantity || quantity < 1) return BAD_QUANTITY;
  if (!isTickOf(books, bookAt, tick)) return PRICE_OUT_OF_RANGE;
  const oldKey = orders[orderAt + KEY] as number;
  const side = sideOf(oldKey);
  const otherAt = bookAt + 1 - side;
  const more = quantity - (orders[orderAt + LEFT] as number);
  if (more > 0 && !hasRoom(arena, orderAt, side, more)) return POSITION_LIMIT;
  if (!hasEventRoom(arena, (books[otherAt + COUNT] as number) + 2)) return EVENTS_FULL;
  if (more !== 0) addQuantity(arena, orderAt, side, more);
  const key = keyOf(side, tick);
  if (key === oldKey && more <= 0) {
    writeEvent(arena, CUT, slot, 0, 0, tick, quantity);
    return 0;
  }
  // `writeEvent`, here for the one that is written most: V8 inlines so much into a function and no more.
  const at = counters[EVENTS_END] as number;
  events[at] = MOVED;
  events[at + 1] = orders[orderAt + BOOK] as number;
  events[at + 2] = slot;
  events[at + 3] = generation;
  events[at + 4] = 0;
  events[at + 5] = 0;
  events[at + 6] = tick;
  events[at + 7] = quantity;
  counters[EVENTS_END] = at + EVENT_STRIDE;
  const isCrossing = key + (books[otherAt + BEST] as number) >= -1 && books[bookAt + PHASE] === CONTINUOUS;
  if (isCrossing) tradeAnew(arena, bookAt, slot, key);
  else moveOrder(arena, bookAt, slot, oldKey, key);
  return 0;
}

/** Whether the position of an order could take so much more on its side. */
function hasRoom({ orders, positions }: BookArena, orderAt: number, side: BookSide, more: number): boolean {
  return isWithinLimit(positions, (orders[orderAt + POSITION] as number) << POSITION_SHIFT, side, more);
}

/** Adds to what an order has open, and its position with it. */
function addQuantity({ orders, positions }: BookArena, orderAt: number, side: BookSide, more: number): void {
  addOpen(positions, (orders[orderAt + POSITION] as number) << POSITION_SHIFT, side, more);
  orders[orderAt + LEFT] = (orders[orderAt + LEFT] as number) + more;
}

/** Takes an order that would trade at once from its place and lets it come in anew, at another price. */
function tradeAnew(arena: BookArena, bookAt: number, slot: number, key: number): void {
  const { orders, positions } = arena;
  const orderAt = slot << ORDER_SHIFT;
  const position = orders[orderAt + POSITION] as number;
  const quantity = orders[orderAt + LEFT] as number;
  removeOrder(arena, bookAt, slot);
  orders[orderAt + KEY] = key;
  const left = matchOrder(arena, bookAt, slot, key, position, quantity);
  addOpen(positions, position << POSITION_SHIFT, sideOf(key), Math.max(left, 0) - quantity);
  if (left > 0) {
    orders[orderAt + LEFT] = left;
    addOrder(arena, bookAt, slot, key);
  } else {
    endTaker(arena, slot, key, left);
  }
}
