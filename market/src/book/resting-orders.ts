import type { BookArena } from "./book-arena.ts";
import { BOOK_FIELD, type BookSide, EMPTY, ORDER_FIELD, sideOf } from "./layout.ts";
import {
  appendToLevel,
  giveLadder,
  indexOfKey,
  levelHead,
  moveToLevel,
  nextLevel,
  removeFirst,
  removeFromLevel,
  takeLadder,
} from "./price-ladder.ts";

const { BEST, BEST_ORDER, COUNT, LADDER, QUEUE, QUEUE_MAX, QUEUE_STRIDE, TICKS } = BOOK_FIELD;
const { KEY, NEXT, ORDER_SHIFT } = ORDER_FIELD;
const { KEY_END, KEY_NONE, NONE } = EMPTY;

/**
 * The orders of one side of a book in price-time priority. Most books of a community are thin, so a side
 * begins as a short sorted queue beside the book's head; it grows a ladder when the queue is full, and gives
 * it back when it is empty. Both forms hold the same orders in the same priority.
 */

/** The order that trades first; `NONE` when the side is empty. */
export function bestOrder({ books }: BookArena, bookAt: number, side: BookSide): number {
  return books[bookAt + BEST_ORDER + side] as number;
}

/** The order of the same side that comes next after one that rests; `NONE` when it is the last. */
export function orderBehind(arena: BookArena, bookAt: number, slot: number): number {
  const { books, orders } = arena;
  const orderAt = slot << ORDER_SHIFT;
  const key = orders[orderAt + KEY] as number;
  const side = sideOf(key);
  const ladder = books[bookAt + LADDER + side] as number;
  if (ladder === NONE) {
    return books[findInQueue(books, bookAt + QUEUE + side * QUEUE_STRIDE, slot) - 1] as number;
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
  if (ladder === NONE) {
    insertIntoQueue(books, bookAt + QUEUE + side * QUEUE_STRIDE, key, slot);
  } else {
    appendToLevel(arena, ladder, indexOfKey(key, books[bookAt + TICKS] as number), slot);
  }
  books[bookAt + COUNT + side] = count + 1;
  if (key > (books[bookAt + BEST + side] as number)) {
    books[bookAt + BEST + side] = key;
    books[bookAt + BEST_ORDER + side] = slot;
  }
}

function insertIntoQueue(books: Int32Array, queue: number, key: number, slot: number): void {
  let at = queue + 2;
  while ((books[at] as number) < key) at += 2;
  let moved = key;
  let movedSlot = slot;
  while (moved !== KEY_END) {
    const next = books[at] as number;
    const nextSlot = books[at + 1] as number;
    books[at] = moved;
    books[at + 1] = movedSlot;
    moved = next;
    movedSlot = nextSlot;
    at += 2;
  }
  books[at] = KEY_END;
}

/** Where an order of a queue stands. */
function findInQueue(books: Int32Array, queue: number, slot: number): number {
  let at = queue + 2;
  while (books[at + 1] !== slot) at += 2;
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
  if (books[bookAt + BEST_ORDER + side] === slot) {
    removeBest(arena, bookAt, side);
    return;
  }
  const ladder = books[bookAt + LADDER + side] as number;
  books[bookAt + COUNT + side] = (books[bookAt + COUNT + side] as number) - 1;
  if (ladder === NONE) {
    removeFromQueue(books, bookAt + QUEUE + side * QUEUE_STRIDE, slot);
  } else {
    removeFromLevel(arena, ladder, indexOfKey(key, books[bookAt + TICKS] as number), slot);
  }
}

function removeFromQueue(books: Int32Array, queue: number, slot: number): void {
  let at = findInQueue(books, queue, slot);
  while (books[at] !== KEY_END) {
    books[at] = books[at + 2] as number;
    books[at + 1] = books[at + 3] as number;
    at += 2;
  }
}

/** Gives an order another price of its side; it then stands behind all others of that price. */
export function moveOrder(arena: BookArena, bookAt: number, slot: number, oldKey: number, key: number): void {
  const { books, orders } = arena;
  const sideAt = bookAt + sideOf(key);
  const ladder = books[sideAt + LADDER] as number;
  orders[(slot << ORDER_SHIFT) + KEY] = key;
  if (ladder === NONE || books[sideAt + COUNT] === 1) {
    leaveAndEnter(arena, bookAt, slot, oldKey, key);
    return;
  }
  const ticks = books[bookAt + TICKS] as number;
  moveToLevel(arena, ladder, indexOfKey(oldKey, ticks), indexOfKey(key, ticks), slot);
  if (key > (books[sideAt + BEST] as number)) {
    books[sideAt + BEST] = key;
    books[sideAt + BEST_ORDER] = slot;
  } else if (books[sideAt + BEST_ORDER] === slot) {
    loseBest(arena, bookAt, oldKey);
  }
}

/** `moveOrder` by way of an empty place: in a short queue, and where a side's last order gives the ladder back. */
function leaveAndEnter(arena: BookArena, bookAt: number, slot: number, oldKey: number, key: number): void {
  const keyAt = (slot << ORDER_SHIFT) + KEY;
  arena.orders[keyAt] = oldKey;
  removeOrder(arena, bookAt, slot);
  arena.orders[keyAt] = key;
  addOrder(arena, bookAt, slot, key);
}

/** After the order that trades first went to a worse price, or to the end of its own. */
function loseBest(arena: BookArena, bookAt: number, key: number): void {
  const { books } = arena;
  const side = sideOf(key);
  const index = indexOfKey(key, books[bookAt + TICKS] as number);
  const head = levelHead(arena, books[bookAt + LADDER + side] as number, index);
  books[bookAt + BEST_ORDER + side] = head;
  if (head === NONE) leaveLevel(arena, bookAt, side, index);
}

/** Removes the order that trades first; the side must not be empty. */
export function removeBest(arena: BookArena, bookAt: number, side: BookSide): void {
  const { books } = arena;
  const ladder = books[bookAt + LADDER + side] as number;
  const count = (books[bookAt + COUNT + side] as number) - 1;
  books[bookAt + COUNT + side] = count;
  if (ladder === NONE) {
    const at = bookAt + QUEUE + side * QUEUE_STRIDE + 2 * count;
    books[bookAt + BEST + side] = books[at] as number;
    books[bookAt + BEST_ORDER + side] = books[at + 1] as number;
    books[at + 2] = KEY_END;
    return;
  }
  const index = indexOfKey(books[bookAt + BEST + side] as number, books[bookAt + TICKS] as number);
  const next = removeFirst(arena, ladder, index, books[bookAt + BEST_ORDER + side] as number);
  books[bookAt + BEST_ORDER + side] = next;
  if (next === NONE) leaveLevel(arena, bookAt, side, index);
}

/** After the best level of a ladder became empty: the side goes on with the next one, or without a ladder. */
function leaveLevel(arena: BookArena, bookAt: number, side: BookSide, index: number): void {
  const { books } = arena;
  const ladder = books[bookAt + LADDER + side] as number;
  if (books[bookAt + COUNT + side] === 0) {
    giveLadder(arena, ladder);
    clearSide(books, bookAt, side);
    return;
  }
  const next = nextLevel(arena, ladder, index);
  books[bookAt + BEST + side] = next - side * (books[bookAt + TICKS] as number);
  books[bookAt + BEST_ORDER + side] = levelHead(arena, ladder, next);
}

/** Makes a side an empty queue. */
export function clearSide(books: Int32Array, bookAt: number, side: BookSide): void {
  books[bookAt + BEST + side] = KEY_NONE;
  books[bookAt + BEST_ORDER + side] = NONE;
  books[bookAt + LADDER + side] = NONE;
  books[bookAt + QUEUE + side * QUEUE_STRIDE] = KEY_NONE;
  books[bookAt + QUEUE + side * QUEUE_STRIDE + 2] = KEY_END;
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
