import type { BookArena } from "./book-arena.ts";
import { BOOK_FIELD, type BookSide, ORDER_FIELD, POSITION_FIELD } from "./layout.ts";

const { BOOK_STRIDE, QUEUE, QUEUE_STRIDE } = BOOK_FIELD;
const { LEFT, ORDER_SHIFT } = ORDER_FIELD;
const { POSITION_BOOK, POSITION_SHIFT } = POSITION_FIELD;

/**
 * Reads from memory what a command will need that comes a few commands later, so that the processor fetches it
 * while it works on those before. With thousands of books most records are far, and a command's reads wait for one
 * another; those of different commands need not. Changes nothing. The answer means nothing: add it to something that
 * is kept, or the compiler sees that it is not used and leaves the reads out. Any handles may be named.
 */
export function touch(
  { books, positions, orders, bookMask }: BookArena,
  book: number,
  side: BookSide,
  position: number,
  slot: number,
): number {
  const bookAt = (book & bookMask) * BOOK_STRIDE;
  const queueAt = bookAt + QUEUE + side * QUEUE_STRIDE;
  return (
    ((books[bookAt] as number) ^
      (books[queueAt] as number) ^
      (books[queueAt + QUEUE_STRIDE - 16] as number) ^
      (orders[(slot << ORDER_SHIFT) + LEFT] as number)) +
    (positions[(position << POSITION_SHIFT) + POSITION_BOOK] as number)
  );
}
