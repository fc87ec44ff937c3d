import type { BookArena } from "./book-arena.ts";
import { refusal } from "./book-code.ts";
import { EVENT, hasEventRoom, writeEvent } from "./book-event.ts";
import { BOOK_FIELD, type BookSide, keyOf, ORDER_FIELD, POSITION_FIELD, sideOf } from "./layout.ts";
import { endTaker, isCrossing, matchOrder } from "./match-order.ts";
import { isResting, orderFault } from "./order-slot.ts";
import { addOpen, isWithinLimit } from "./position.ts";
import { addOrder, removeOrder } from "./resting-orders.ts";
import { isTickOf } from "./submit-order.ts";

const { CUT, MOVED } = EVENT;
const { BOOK, KEY, LEFT, ORDER_SHIFT, POSITION } = ORDER_FIELD;
const { BOOK_STRIDE, COUNT } = BOOK_FIELD;
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
  if (!isResting(arena, slot, generation)) return orderFault(arena, slot, generation);
  const orderAt = slot << ORDER_SHIFT;
  const bookAt = ((orders[orderAt + BOOK] as number) & arena.bookMask) * BOOK_STRIDE;
  if ((quantity | 0) !== quantity || quantity < 1) return BAD_QUANTITY;
  if (!isTickOf(books, bookAt, tick)) return PRICE_OUT_OF_RANGE;
  const before = orders[orderAt + LEFT] as number;
  const oldKey = orders[orderAt + KEY] as number;
  const side = sideOf(oldKey);
  const positionAt = (orders[orderAt + POSITION] as number) << POSITION_SHIFT;
  if (quantity > before && !isWithinLimit(positions, positionAt, side, quantity - before))
    return POSITION_LIMIT;
  const key = keyOf(side, tick);
  const other = (1 - side) as BookSide;
  if (!hasEventRoom(arena, (books[bookAt + COUNT + other] as number) + 2)) return EVENTS_FULL;
  addOpen(positions, positionAt, side, quantity - before);
  if (key === oldKey && quantity <= before) {
    orders[orderAt + LEFT] = quantity;
    writeEvent(arena, CUT, slot, 0, 0, tick, quantity);
    return 0;
  }
  removeOrder(arena, bookAt, slot);
  orders[orderAt + KEY] = key;
  writeEvent(arena, MOVED, slot, 0, 0, tick, quantity);
  let left = quantity;
  if (isCrossing(books, bookAt, key)) {
    left = matchOrder(arena, bookAt, slot, key, orders[orderAt + POSITION] as number, quantity);
    addOpen(positions, positionAt, side, Math.max(left, 0) - quantity);
  }
  if (left > 0) {
    orders[orderAt + LEFT] = left;
    addOrder(arena, bookAt, slot, key);
  } else {
    endTaker(arena, slot, key, left);
  }
  return 0;
}
