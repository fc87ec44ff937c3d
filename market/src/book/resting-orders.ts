import type { BookArena } from "./book-arena.ts";
import { BOOK_FIELD, type BookSide, EMPTY, ORDER_FIELD, SIDE, sideOf } from "./layout.ts";
import {
  appendToLevel,
  giveLadder,
  indexOfKey,
  levelHead,
  nextLevel,
  removeFirst,
  removeFromLevel,
  takeLadder,
} from "./price-ladder.ts";

const { BEST, COUNT, LADDER, QUEUE, QUEUE_MAX, QUEUE_STRIDE, TICKS } = BOOK_FIELD;
const { KEY, NEXT, ORDER_SHIFT } = ORDER_FIELD;
const { KEY_NONE, NONE } = EMPTY;

/**
 * The orders of one side of a book in price-time priority. Most books of a community are thin, so a side
 * begins as a short sorted queue beside the book's head; it grows a ladder when the queue is full, and gives
 * it back when it is empty. Both forms hold the same orders in the same priority.
 */

/** The order that trades first; `NONE` when the side is empty. */
export function bestOrder(arena: BookArena, bookAt: number, side: BookSide): number {
  const { books } = arena;
  const ladder = books[bookAt + LADDER + side] as number;
  if (ladder === NONE) {
    const count = books[bookAt + COUNT + side] as number;
    return books[bookAt + QUEUE + side * QUEUE_STRIDE + 2 * count + 1] as number;
  }
  const best = books[bookAt + BEST + side] as number;
  return levelHead(arena, ladder, indexOfKey(best, books[bookAt + TICKS] as number));
}

/** The order of the same side that comes next after one that rests; `NONE` when it is the last. */
export function orderBehind(arena: BookArena, bookAt: number, slot: number): number {
  const { books, orders } = arena;
  const orderAt = slot << ORDER_SHIFT;
  const key = orders[orderAt + KEY] as number;
  const side = sideOf(key);
  const ladder = books[bookAt + LADDER + side] as number;
  if (ladder === NONE) {
    const count = books[bookAt + COUNT + side] as number;
    return books[findInQueue(books, bookAt + QUEUE + side * QUEUE_STRIDE + 2 * count, slot) - 1] as number;
  }
  const next = orders[orderAt + NEXT] as number;
  if (next !== NONE) return next;
  const level = nextLevel(arena, ladder, indexOfKey(key, books[bookAt + TICKS] as number));
  return level < 0 ? NONE : levelHead(arena, ladder, level);
}

/** Adds an order behind all others of its price. A ladder must be free if the queue is full. */
export function addOrder(arena: BookArena, bookAt: number, slot: number, key: number): void {
  const { books } = arena;
  const side = sideOf(key);
  const count = books[bookAt + COUNT + side] as number;
  let ladder = books[bookAt + LADDER + side] as number;
  if (ladder === NONE && count === QUEUE_MAX) ladder = growLadder(arena, bookAt, side);
  books[bookAt + COUNT + side] = count + 1;
  if (key > (books[bookAt + BEST + side] as number)) books[bookAt + BEST + side] = key;
  if (ladder === NONE) {
    insertIntoQueue(books, bookAt + QUEUE + side * QUEUE_STRIDE + 2 * count, key, slot);
  } else {
    appendToLevel(arena, ladder, indexOfKey(key, books[bookAt + TICKS] as number), slot);
  }
}

function insertIntoQueue(books: Int32Array, best: number, key: number, slot: number): void {
  let at = best;
  while ((books[at] as number) >= key) {
    books[at + 2] = books[at] as number;
    books[at + 3] = books[at + 1] as number;
    at -= 2;
  }
  books[at + 2] = key;
  books[at + 3] = slot;
}

/** Where an order stands in a queue whose best order stands at `best`. */
function findInQueue(books: Int32Array, best: number, slot: number): number {
  let at = best;
  while (books[at + 1] !== slot) at -= 2;
  return at;
}

function growLadder(arena: BookArena, bookAt: number, side: BookSide): number {
  const { books } = arena;
  const ladder = takeLadder(arena);
  const worst = bookAt + QUEUE + side * QUEUE_STRIDE;
  const ticks = books[bookAt + TICKS] as number;
  for (let at = worst + 2 * QUEUE_MAX; at > worst; at -= 2) {
    appendToLevel(arena, ladder, indexOfKey(books[at] as number, ticks), books[at + 1] as number);
  }
  books[bookAt + LADDER + side] = ladder;
  return ladder;
}

/** Removes an order. Its record stays as it is. */
export function removeOrder(arena: BookArena, bookAt: number, slot: number): void {
  const { books, orders } = arena;
  const key = orders[(slot << ORDER_SHIFT) + KEY] as number;
  const side = sideOf(key);
  const ladder = books[bookAt + LADDER + side] as number;
  const count = (books[bookAt + COUNT + side] as number) - 1;
  books[bookAt + COUNT + side] = count;
  if (ladder === NONE) {
    const best = bookAt + QUEUE + side * QUEUE_STRIDE + 2 * count + 2;
    for (let at = findInQueue(books, best, slot); at < best; at += 2) {
      books[at] = books[at + 2] as number;
      books[at + 1] = books[at + 3] as number;
    }
    books[bookAt + BEST + side] = books[best - 2] as number;
    return;
  }
  const index = indexOfKey(key, books[bookAt + TICKS] as number);
  if (removeFromLevel(arena, ladder, index, slot)) leaveLevel(arena, bookAt, side, index);
}

/** Removes the order that trades first, which is `slot`. */
export function removeBest(arena: BookArena, bookAt: number, side: BookSide, slot: number): void {
  const { books } = arena;
  const ladder = books[bookAt + LADDER + side] as number;
  const count = (books[bookAt + COUNT + side] as number) - 1;
  books[bookAt + COUNT + side] = count;
  if (ladder === NONE) {
    books[bookAt + BEST + side] = books[bookAt + QUEUE + side * QUEUE_STRIDE + 2 * count] as number;
    return;
  }
  const index = indexOfKey(books[bookAt + BEST + side] as number, books[bookAt + TICKS] as number);
  if (removeFirst(arena, ladder, index, slot)) leaveLevel(arena, bookAt, side, index);
}

/** After a level of a ladder became empty: the side goes on with the next one, or without a ladder. */
function leaveLevel(arena: BookArena, bookAt: number, side: BookSide, index: number): void {
  const { books } = arena;
  const ladder = books[bookAt + LADDER + side] as number;
  const ticks = books[bookAt + TICKS] as number;
  if (books[bookAt + COUNT + side] === 0) {
    giveLadder(arena, ladder);
    books[bookAt + LADDER + side] = NONE;
    books[bookAt + BEST + side] = KEY_NONE;
  } else if (index === indexOfKey(books[bookAt + BEST + side] as number, ticks)) {
    books[bookAt + BEST + side] = nextLevel(arena, ladder, index) - side * ticks;
  }
}

/** Makes both sides of a new book empty. */
export function clearSides(books: Int32Array, bookAt: number): void {
  for (const side of [SIDE.BID, SIDE.OFFER]) {
    books[bookAt + BEST + side] = KEY_NONE;
    books[bookAt + QUEUE + side * QUEUE_STRIDE] = KEY_NONE;
  }
}

/** Lists the orders of a side in priority, best first. Answers how many there are. */
export function listOrders(arena: BookArena, bookAt: number, side: BookSide, into: Int32Array): number {
  let count = 0;
  let slot = bestOrder(arena, bookAt, side);
  while (slot !== NONE) {
    into[count++] = slot;
    slot = orderBehind(arena, bookAt, slot);
  }
  return count;
}
