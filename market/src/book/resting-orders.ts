import type { BookArena } from "./book-arena.ts";
import { BOOK_FIELD, type BookSide, EMPTY, ORDER_FIELD, sideOf } from "./layout.ts";
import {
  appendToLevel,
  cutLevel,
  giveLadder,
  indexOfKey,
  levelHead,
  listLadder,
  nextLevel,
  removeFromLevel,
  takeLadder,
} from "./price-ladder.ts";

const { BEST, COUNT, LADDER, QUEUE, QUEUE_MAX, QUEUE_STRIDE, TICKS } = BOOK_FIELD;
const { KEY, LEFT, ORDER_SHIFT } = ORDER_FIELD;
const { KEY_NONE, NONE } = EMPTY;

/**
 * The orders of one side of a book in price-time priority. Most books of a community are thin, so a side
 * begins as a short sorted queue beside the book's head; it grows a ladder when the queue is full, and gives
 * it back when it is empty. Both forms hold the same orders in the same priority.
 */

/** The order that trades first; the side must not be empty. */
export function bestOrder(arena: BookArena, bookAt: number, side: BookSide): number {
  const { books } = arena;
  const ladder = books[bookAt + LADDER + side] as number;
  if (ladder === NONE) {
    const count = books[bookAt + COUNT + side] as number;
    return books[bookAt + QUEUE + side * QUEUE_STRIDE + 2 * count - 1] as number;
  }
  const best = books[bookAt + BEST + side] as number;
  return levelHead(arena, ladder, indexOfKey(best, books[bookAt + TICKS] as number));
}

/** Adds an order behind all others of its price. A ladder must be free if the queue is full. */
export function addOrder(arena: BookArena, bookAt: number, slot: number, key: number): void {
  const { books } = arena;
  const side = sideOf(key);
  const count = books[bookAt + COUNT + side] as number;
  let ladder = books[bookAt + LADDER + side] as number;
  if (ladder === NONE && count === QUEUE_MAX) ladder = growLadder(arena, bookAt, side);
  if (ladder === NONE) {
    insertIntoQueue(books, bookAt + QUEUE + side * QUEUE_STRIDE, count, key, slot);
  } else {
    appendToLevel(arena, ladder, indexOfKey(key, books[bookAt + TICKS] as number), slot);
  }
  books[bookAt + COUNT + side] = count + 1;
  if (key > (books[bookAt + BEST + side] as number)) books[bookAt + BEST + side] = key;
}

function insertIntoQueue(books: Int32Array, queue: number, count: number, key: number, slot: number): void {
  let at = queue + 2 * count;
  while (at > queue && (books[at - 2] as number) >= key) {
    books[at] = books[at - 2] as number;
    books[at + 1] = books[at - 1] as number;
    at -= 2;
  }
  books[at] = key;
  books[at + 1] = slot;
}

function growLadder(arena: BookArena, bookAt: number, side: BookSide): number {
  const { books } = arena;
  const ladder = takeLadder(arena);
  const queue = bookAt + QUEUE + side * QUEUE_STRIDE;
  const ticks = books[bookAt + TICKS] as number;
  for (let at = queue + QUEUE_STRIDE - 2; at >= queue; at -= 2) {
    appendToLevel(arena, ladder, indexOfKey(books[at] as number, ticks), books[at + 1] as number);
  }
  books[bookAt + LADDER + side] = ladder;
  return ladder;
}

/** Removes an order, of which `quantity` was open. Its record stays as it is. */
export function removeOrder(arena: BookArena, bookAt: number, slot: number, quantity: number): void {
  const { books, orders } = arena;
  const key = orders[(slot << ORDER_SHIFT) + KEY] as number;
  const side = sideOf(key);
  const ladder = books[bookAt + LADDER + side] as number;
  const count = (books[bookAt + COUNT + side] as number) - 1;
  books[bookAt + COUNT + side] = count;
  if (ladder === NONE) {
    removeFromQueue(books, bookAt, side, count, slot);
    return;
  }
  const ticks = books[bookAt + TICKS] as number;
  const index = indexOfKey(key, ticks);
  const isLevelEmpty = removeFromLevel(arena, ladder, index, slot, quantity);
  if (count === 0) {
    giveLadder(arena, ladder);
    books[bookAt + LADDER + side] = NONE;
    books[bookAt + BEST + side] = KEY_NONE;
  } else if (isLevelEmpty && key === books[bookAt + BEST + side]) {
    const next = nextLevel(arena, ladder, index);
    books[bookAt + BEST + side] = next - side * ticks;
  }
}

function removeFromQueue(
  books: Int32Array,
  bookAt: number,
  side: BookSide,
  countAfter: number,
  slot: number,
): void {
  const queue = bookAt + QUEUE + side * QUEUE_STRIDE;
  const last = queue + 2 * countAfter;
  let at = last;
  while (books[at + 1] !== slot) at -= 2;
  for (; at < last; at += 2) {
    books[at] = books[at + 2] as number;
    books[at + 1] = books[at + 3] as number;
  }
  books[bookAt + BEST + side] = countAfter === 0 ? KEY_NONE : (books[last - 2] as number);
}

/** Lowers what is open of an order, which keeps its priority. */
export function cutOrder(arena: BookArena, bookAt: number, slot: number, quantity: number): void {
  const { books, orders } = arena;
  const orderAt = slot << ORDER_SHIFT;
  const key = orders[orderAt + KEY] as number;
  orders[orderAt + LEFT] = (orders[orderAt + LEFT] as number) - quantity;
  const ladder = books[bookAt + LADDER + sideOf(key)] as number;
  if (ladder !== NONE) {
    cutLevel(arena, ladder, indexOfKey(key, books[bookAt + TICKS] as number), quantity);
  }
}

/** Lists the orders of a side in priority, best first. Answers how many there are. */
export function listOrders(arena: BookArena, bookAt: number, side: BookSide, into: Int32Array): number {
  const { books } = arena;
  const ladder = books[bookAt + LADDER + side] as number;
  const count = books[bookAt + COUNT + side] as number;
  if (ladder !== NONE) {
    const best = books[bookAt + BEST + side] as number;
    return listLadder(arena, ladder, indexOfKey(best, books[bookAt + TICKS] as number), into);
  }
  const queue = bookAt + QUEUE + side * QUEUE_STRIDE;
  for (let i = 0; i < count; i++) into[i] = books[queue + 2 * (count - 1 - i) + 1] as number;
  return count;
}
