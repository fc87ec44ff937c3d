/**
 * Where each field of the arena's records stands. Records are flat, so that an order, a position, the head of
 * a book and the best orders of a thin side are each read with one cache line (64 bytes).
 *
 * Sources take the names they need into constants of their own (`const { KEY } = ORDER_FIELD`): V8 folds those
 * into the code, while every use of an imported constant is a load.
 */

/** An order: 8 Int32, from its slot shifted by `ORDER_SHIFT`. */
export const ORDER_FIELD = {
  ORDER_SHIFT: 3,
  /** The next order of its price level, worse by time; in a free slot the next free one. */
  NEXT: 0,
  /** The previous order of its price level, better by time. */
  PREVIOUS: 1,
  /** Side and tick in one number, see `keyOf`. */
  KEY: 2,
  /** Quantity still open, in Wh; 0 in a free slot. */
  LEFT: 3,
  /** How often the slot was given out before, modulo 2^32. */
  GENERATION: 4,
  /** The position that the order counts towards. */
  POSITION: 5,
  /** Handle of its book. */
  BOOK: 6,
  /** Place in the expiry heap; 0 when the order is good till gate closure. */
  TIMER: 7,
} as const;

/** A book: 80 Int32, its head and the short queue of each side, from its slot times `BOOK_STRIDE`. */
export const BOOK_FIELD = {
  BOOK_STRIDE: 80,
  /** Handle of the book; 0 when the slot is free. */
  HANDLE: 0,
  /** See `BOOK_PHASE`. */
  PHASE: 1,
  /** Key of the best bid; that of the best offer follows. `KEY_NONE` when the side is empty. */
  BEST: 2,
  /** Orders on the bid side; those on the offer side follow. */
  COUNT: 4,
  /** Ladder of the bid side, that of the offer side follows; `NONE` while a side is a short queue. */
  LADDER: 6,
  /** The bid that trades first; the offer that does follows. `NONE` when the side is empty. */
  BEST_ORDER: 8,
  /** Prices are the ticks 0 to `TICKS` − 1. */
  TICKS: 10,
  /** See `SELF_TRADE_POLICY`. */
  SELF_TRADE: 11,
  /** First position of the book's chain; `NONE` when it has none. */
  FIRST_POSITION: 12,
  /** In a free slot: the next free book. */
  NEXT_BOOK: 13,
  /** The caller's number for this book, e.g. of its community and delivery interval. */
  BOOK_TAG: 14,
  /** Generation of the book's slot. */
  BOOK_GENERATION: 15,
  /**
   * Where the short queue of bids begins; that of offers begins `QUEUE_STRIDE` later. It is searched from its
   * worst order, whose place is known before the book's head is there, to the key `KEY_END`.
   */
  QUEUE: 16,
  /** Orders that a short queue holds before its side grows a ladder. */
  QUEUE_MAX: 14,
  /**
   * Int32 of a short queue: pairs of key and order slot, the worst order first, between a pair of `KEY_NONE`
   * and `NONE` and one of `KEY_END`.
   */
  QUEUE_STRIDE: 32,
} as const;

/**
 * A position: 4 Float64, since sums of watt-hours may pass 2^31; from its number shifted by `POSITION_SHIFT`.
 * What is needed less often stands in a record of the same length among the `holders`.
 */
export const POSITION_FIELD = {
  POSITION_SHIFT: 2,
  /** What more may be bid, in Wh; what more may be offered follows. Below 0 when a limit was lowered. */
  ROOM: 0,
  /** Bought less sold, in Wh. */
  NET: 2,
  /** Handle of the book it belongs to; 0 when free. */
  POSITION_BOOK: 3,
} as const;

/** Who holds a position: 4 Float64, from the position's number shifted by `POSITION_SHIFT`. */
export const HOLDER_FIELD = {
  /** The most that may be bought net, in Wh; the most that may be sold net follows. */
  NET_MAX: 0,
  /** The site's number. */
  SITE: 2,
  /** The next position of the book; in a free record the next free one. */
  NEXT_POSITION: 3,
} as const;

/**
 * A price level of a ladder: 2 Int32, its first and last order, at the places where an order names its next and its
 * previous one. So a level stands in for the neighbours that its first and last order do not have.
 */
export const LEVEL_FIELD = {
  LEVEL_SHIFT: 1,
  /** First order in time priority. */
  HEAD: 0,
  /** Last order in time priority. */
  TAIL: 1,
} as const;

/** What stands where there is nothing. */
export const EMPTY = {
  /** No record: slot 0 of orders, books, positions and ladders is never given out. */
  NONE: 0,
  /** The key of an empty side: worse than that of any order. */
  KEY_NONE: -0x4000_0000,
  /** The key after the best order of a short queue: better than that of any order. */
  KEY_END: 0x3fff_ffff,
} as const;

/** The sides of a book. */
export const SIDE = { BID: 0, OFFER: 1 } as const;

/** One of the two sides of a book: 0 buys, 1 sells. */
export type BookSide = 0 | 1;

/** Phases of a book. */
export const BOOK_PHASE = {
  /** Orders trade when they cross. */
  CONTINUOUS: 1,
  /** Orders rest, crossed or not, until the call auction. */
  CALL: 2,
  /** The gate is closed: no order rests and none comes in. */
  CLOSED: 3,
} as const;

/**
 * One number for side and tick that is larger the better the price is: the tick of a bid, and −tick − 1 of an
 * offer. So both sides follow one rule: a bid and an offer cross when their keys add up to −1 or more.
 *
 * Here and where else a side is no more than a sign, it is computed with rather than asked for: sides come as
 * they like, and a processor that guesses a branch wrong loses more time than all else here costs.
 */
export function keyOf(side: BookSide, tick: number): number {
  return tick ^ (0 - side);
}

/** The tick in a key. */
export function tickOf(key: number): number {
  return key ^ (key >> 31);
}

/** The side in a key. */
export function sideOf(key: number): BookSide {
  return (key >>> 31) as BookSide;
}
