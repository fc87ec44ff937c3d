import type { BookArena } from "./book-arena.ts";
import { BOOK_FIELD, type BookSide, EMPTY, ORDER_FIELD, sideOf } from "./layout.ts";
import { bestOrder, orderBehind } from "./resting-orders.ts";
import { SELF_TRADE_POLICY } from "./self-trade.ts";

const { SELF_TRADE } = BOOK_FIELD;
const { KEY, LEFT, ORDER_SHIFT, POSITION } = ORDER_FIELD;
const { NONE } = EMPTY;
const { CANCEL_RESTING, ALLOWED } = SELF_TRADE_POLICY;

/**
 * Whether an order would trade its whole quantity at once. Resting orders of its own site never count; where
 * the book would cancel the newest order or decrement, meeting one before the end is a failure.
 */
export function isFillable(
  arena: BookArena,
  bookAt: number,
  position: number,
  key: number,
  quantity: number,
): boolean {
  const { books, orders } = arena;
  const policy = books[bookAt + SELF_TRADE];
  let left = quantity;
  let slot = bestOrder(arena, bookAt, (1 - sideOf(key)) as BookSide);
  while (left > 0 && slot !== NONE) {
    const at = slot << ORDER_SHIFT;
    if (key + (orders[at + KEY] as number) < -1) return false;
    if (policy === ALLOWED || orders[at + POSITION] !== position) {
      left -= orders[at + LEFT] as number;
    } else if (policy !== CANCEL_RESTING) {
      return false;
    }
    slot = orderBehind(arena, bookAt, slot);
  }
  return left <= 0;
}
