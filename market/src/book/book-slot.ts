import { type BookArena, COUNTER } from "./book-arena.ts";
import { BOOK_FIELD, EMPTY } from "./layout.ts";

const { BOOKS_USED, FREE_BOOK } = COUNTER;
const { BOOK_GENERATION, BOOK_STRIDE, HANDLE, NEXT_BOOK } = BOOK_FIELD;
const { NONE } = EMPTY;

/** Where the record of a book begins; −1 when no open or closed book has this handle. */
export function bookOffset({ books, bookMask, counters }: BookArena, book: number): number {
  const slot = book & bookMask;
  const at = slot * BOOK_STRIDE;
  const isKnown = book > NONE && slot < (counters[BOOKS_USED] as number) && books[at + HANDLE] === book;
  return isKnown ? at : -1;
}

/** Takes a slot for a book and gives it its handle; answers where its record begins, −1 when all are taken. */
export function takeBook({ books, counters, size, bookMask }: BookArena): number {
  let slot = counters[FREE_BOOK] as number;
  if (slot === NONE) {
    slot = counters[BOOKS_USED] as number;
    if (slot > size.booksMax) return -1;
    counters[BOOKS_USED] = slot + 1;
  } else {
    counters[FREE_BOOK] = books[slot * BOOK_STRIDE + NEXT_BOOK] as number;
  }
  const at = slot * BOOK_STRIDE;
  books[at + HANDLE] = (books[at + BOOK_GENERATION] as number) * (bookMask + 1) + slot;
  return at;
}

/** Frees the slot of a book. A slot whose generations are used up is retired, so no handle comes twice. */
export function freeBook({ books, counters, bookMask }: BookArena, bookAt: number): void {
  const generation = (books[bookAt + BOOK_GENERATION] as number) + 1;
  books[bookAt + HANDLE] = NONE;
  books[bookAt + BOOK_GENERATION] = generation;
  if (generation * (bookMask + 1) + bookMask > 2 ** 31 - 1) return;
  books[bookAt + NEXT_BOOK] = counters[FREE_BOOK] as number;
  counters[FREE_BOOK] = bookAt / BOOK_STRIDE;
}
