/**
 * Why the matching core refuses a command, in the order in which it looks: a command with several faults is
 * always answered with the first of these. A refused command changes nothing. Answers are the negative number
 * of the code, so that they are never taken for a slot; {@link bookCode} names them.
 */
export const BOOK_CODES = [
  /** No book has this handle, or it was released. */
  "unknown-book",
  /** The gate of the book is closed. */
  "book-closed",
  /** The position does not exist, or belongs to another book. */
  "unknown-position",
  /** No order ever had this slot and generation. */
  "unknown-order",
  /** The order has ended: filled, cancelled or expired. Cancelling twice is answered with this. */
  "order-ended",
  /** The order has ended, and its slot went to another order since. */
  "order-stale",
  /** The side is neither bid nor offer. */
  "bad-side",
  /** The time in force is unknown, or has no meaning in a call auction. */
  "bad-time-in-force",
  /** The quantity is not an integer of 1 to 2^31 − 1. */
  "bad-quantity",
  /** The tick is not an integer within the book's range. */
  "price-out-of-range",
  /** A good-till-time order whose lifetime is not an integer of 1 or more, or any other order with a lifetime. */
  "bad-lifetime",
  /** In a call auction: the site has open orders on the other side and the book prevents self-trade. */
  "both-sides",
  /** If all its open orders on this side were filled, the site would pass its position limit. */
  "position-limit",
  /** Not enough room for the events of this command: take the events and send it again. */
  "events-full",
  /** All order slots are taken. */
  "orders-full",
  /** The side has outgrown its short queue, and no ladder is free. */
  "ladders-full",
  /** A fill-or-kill order that cannot be filled at once. */
  "not-fillable",
  /** The book's rules cannot be followed. */
  "bad-book-rules",
  /** All books are taken. */
  "books-full",
  /** The book still holds its gate open. */
  "book-open",
  /** The site has a position in this book already. */
  "position-exists",
  /** The position's limits are not integers of 0 to 2^52, or the site's number is no Int32. */
  "bad-position-limits",
  /** All positions are taken. */
  "positions-full",
  /** Time does not run backwards. */
  "time-backwards",
  /** The book is not in its call phase, or its k is not 0 to 1000 thousandths. */
  "no-call-auction",
] as const;

/** A stable reason for which the matching core refused a command. */
export type BookCode = (typeof BOOK_CODES)[number];

/** The answer that stands for a code: a negative number. */
export function refusal(code: BookCode): number {
  return ~BOOK_CODES.indexOf(code);
}

/** The code in a negative answer; `null` when the answer is no refusal. */
export function bookCode(answer: number): BookCode | null {
  return answer < 0 ? (BOOK_CODES[~answer] ?? null) : null;
}
