import type { BookArena } from "./book-arena.ts";
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
import { matchOrder } from "./match-order.ts";
import { orderFault } from "./order-slot.ts";
import { addOpen, isWithinLimit } from "./position.ts";
import { cutOrder, removeOrder } from "./resting-orders.ts";
import { isTickOf, restOrEnd } from "./submit-order.ts";

const { CUT, MOVED } = EVENT;
const { BOOK, KEY, LEFT, ORDER_SHIFT, POSITION } = ORDER_FIELD;
const { BOOK_STRIDE, COUNT, PHASE } = BOOK_FIELD;
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
  const { orders, books, positions } = arena;
  const fault = orderFault(arena, slot, generation);
  if (fault !== 0) return fault;
  const orderAt = slot << ORDER_SHIFT;
  const bookAt = (orders[orderAt + BOOK] as number) * BOOK_STRIDE;
  if ((quantity | 0) !== quantity || quantity < 1) return BAD_QUANTITY;
  if (!isTickOf(books, bookAt, tick)) return PRICE_OUT_OF_RANGE;
  const before = orders[orderAt + LEFT] as number;
  const side = sideOf(orders[orderAt + KEY] as number);
  const positionAt = (orders[orderAt + POSITION] as number) << POSITION_SHIFT;
  if (quantity > before && !isWithinLimit(positions, positionAt, side, quantity - before))
    return POSITION_LIMIT;
  const key = keyOf(side, tick);
  const isKept = key === orders[orderAt + KEY] && quantity <= before;
  const other = (1 - side) as BookSide;
  if (!hasEventRoom(arena, isKept ? 1 : (books[bookAt + COUNT + other] as number) + 3)) return EVENTS_FULL;
  if (isKept) {
    addOpen(positions, positionAt, side, quantity - before);
    cutOrder(arena, bookAt, slot, before - quantity);
    writeEvent(arena, CUT, slot, 0, 0, tick, quantity);
    return 0;
  }
  removeOrder(arena, bookAt, slot, before);
  addOpen(positions, positionAt, side, -before);
  orders[orderAt + KEY] = key;
  writeEvent(arena, MOVED, slot, 0, 0, tick, quantity);
  const left = books[bookAt + PHASE] === CONTINUOUS ? matchOrder(arena, bookAt, slot, quantity) : quantity;
  restOrEnd(arena, bookAt, slot, left, true);
  return 0;
}
