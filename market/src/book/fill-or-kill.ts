import type { BookArena } from "./book-arena.ts";
import { BOOK_FIELD, type BookSide, EMPTY, ORDER_FIELD, POSITION_FIELD, sideOf } from "./layout.ts";
import { indexOfKey, levelQuantity, nextLevel } from "./price-ladder.ts";
import { listOrders } from "./resting-orders.ts";
import { SELF_TRADE_POLICY } from "./self-trade.ts";

const { BEST, LADDER, SELF_TRADE, TICKS } = BOOK_FIELD;
const { KEY, LEFT, ORDER_SHIFT, POSITION } = ORDER_FIELD;
const { NONE } = EMPTY;
const { OPEN, POSITION_SHIFT } = POSITION_FIELD;
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
  const { books, positions } = arena;
  const other = (1 - sideOf(key)) as BookSide;
  const ladder = books[bookAt + LADDER + other] as number;
  const hasOwn =
    books[bookAt + SELF_TRADE] !== ALLOWED &&
    (positions[(position << POSITION_SHIFT) + OPEN + other] as number) > 0;
  if (ladder === NONE || hasOwn) return isFillableByOrders(arena, bookAt, position, key, quantity);
  const ticks = books[bookAt + TICKS] as number;
  const worst = indexOfKey(~key, ticks);
  let left = quantity;
  let index = indexOfKey(books[bookAt + BEST + other] as number, ticks);
  while (left > 0 && index >= worst) {
    left -= levelQuantity(arena, ladder, index);
    index = nextLevel(arena, ladder, index);
  }
  return left <= 0;
}

function isFillableByOrders(
  arena: BookArena,
  bookAt: number,
  position: number,
  key: number,
  quantity: number,
): boolean {
  const { books, orders, scratch } = arena;
  const policy = books[bookAt + SELF_TRADE];
  const count = listOrders(arena, bookAt, (1 - sideOf(key)) as BookSide, scratch);
  let left = quantity;
  for (let i = 0; i < count && left > 0; i++) {
    const at = (scratch[i] as number) << ORDER_SHIFT;
    if (key + (orders[at + KEY] as number) < -1) return false;
    if (policy === ALLOWED || orders[at + POSITION] !== position) {
      left -= orders[at + LEFT] as number;
    } else if (policy !== CANCEL_RESTING) {
      return false;
    }
  }
  return left <= 0;
}
