import type { BookArena } from "./book-arena.ts";
import { refusal } from "./book-code.ts";
import { END_REASON, hasEventRoom } from "./book-event.ts";
import { bookOffset, freeBook, takeBook } from "./book-slot.ts";
import { endOrder } from "./end-order.ts";
import { BOOK_FIELD, BOOK_PHASE, EMPTY, SIDE } from "./layout.ts";
import { freePositions } from "./position.ts";
import { clearSide, listOrders } from "./resting-orders.ts";
import type { SelfTradePolicy } from "./self-trade.ts";

const { GATE_CLOSED } = END_REASON;
const { BOOK_TAG, COUNT, FIRST_POSITION, HANDLE, PHASE, SELF_TRADE, TICKS } = BOOK_FIELD;
const { BID, OFFER } = SIDE;
const { NONE } = EMPTY;
const { CALL, CLOSED, CONTINUOUS } = BOOK_PHASE;

const UNKNOWN_BOOK = refusal("unknown-book");
const BOOK_CLOSED = refusal("book-closed");
const BOOK_OPEN = refusal("book-open");
const BAD_RULES = refusal("bad-book-rules");
const BOOKS_FULL = refusal("books-full");
const EVENTS_FULL = refusal("events-full");

/**
 * Opens a book for `ticks` prices, in the continuous or the call phase. `tag` is the caller's own Int32 for it, e.g. the
 * number of its community and delivery interval; the state hash names books by it. Answers the book's handle.
 */
export function openBook(
  arena: BookArena,
  tag: number,
  ticks: number,
  selfTrade: SelfTradePolicy,
  phase: number,
): number {
  const { books, size } = arena;
  const isRange = (ticks | 0) === ticks && ticks >= 1 && ticks <= size.ticksMax;
  const isPolicy = (selfTrade | 0) === selfTrade && selfTrade >= 0 && selfTrade <= 3;
  const isPhase = phase === CONTINUOUS || phase === CALL;
  if ((tag | 0) !== tag || !isRange || !isPolicy || !isPhase) return BAD_RULES;
  const at = takeBook(arena);
  if (at < 0) return BOOKS_FULL;
  books[at + PHASE] = phase;
  clearSide(books, at, BID);
  clearSide(books, at, OFFER);
  books[at + TICKS] = ticks;
  books[at + SELF_TRADE] = selfTrade;
  books[at + BOOK_TAG] = tag;
  books[at + FIRST_POSITION] = NONE;
  return books[at + HANDLE] as number;
}

/** From here on the book's orders rest without matching, until its call auction. */
export function openCall(arena: BookArena, book: number): number {
  const at = bookOffset(arena, book);
  if (at < 0) return UNKNOWN_BOOK;
  if (arena.books[at + PHASE] === CLOSED) return BOOK_CLOSED;
  arena.books[at + PHASE] = CALL;
  return 0;
}

/**
 * Closes the gate of a book: every order that rests ends, bids before offers, each side in its priority. The
 * book can still be read until it is released.
 */
export function closeBook(arena: BookArena, book: number): number {
  const { books, scratch } = arena;
  const at = bookOffset(arena, book);
  if (at < 0) return UNKNOWN_BOOK;
  if (books[at + PHASE] === CLOSED) return BOOK_CLOSED;
  const resting = (books[at + COUNT] as number) + (books[at + COUNT + 1] as number);
  if (!hasEventRoom(arena, resting)) return EVENTS_FULL;
  books[at + PHASE] = CLOSED;
  for (const side of [BID, OFFER] as const) {
    const count = listOrders(arena, at, side, scratch);
    for (let i = 0; i < count; i++) endOrder(arena, scratch[i] as number, GATE_CLOSED);
  }
  return 0;
}

/** Gives a closed book and its positions back to the arena; its handle is never given out again. */
export function releaseBook(arena: BookArena, book: number): number {
  const at = bookOffset(arena, book);
  if (at < 0) return UNKNOWN_BOOK;
  if (arena.books[at + PHASE] !== CLOSED) return BOOK_OPEN;
  freePositions(arena, at);
  freeBook(arena, at);
  return 0;
}
