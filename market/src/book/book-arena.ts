import assert from "node:assert/strict";
import { BOOK_FIELD, LEVEL_FIELD, ORDER_FIELD, POSITION_FIELD } from "./layout.ts";

const { BOOK_STRIDE } = BOOK_FIELD;
const { LEVEL_SHIFT } = LEVEL_FIELD;
const { ORDER_SHIFT } = ORDER_FIELD;
const { POSITION_SHIFT } = POSITION_FIELD;

/**
 * How much an arena holds. All memory is taken when it is made. The records of orders are touched then, too, so that no
 * order waits for a page; other pages are touched when they are used.
 */
export interface ArenaSize {
  /** Books open at the same time, at most 2^20. */
  readonly booksMax: number;
  /** Orders that rest at the same time, in all books together; at most 2^24. */
  readonly ordersMax: number;
  /** Positions open at the same time: one per site and book. */
  readonly positionsMax: number;
  /** Ticks in the widest book, at most 32,768. */
  readonly ticksMax: number;
  /** Sides that may hold more orders than a short queue does at the same time; 8 bytes per tick each. */
  readonly laddersMax: number;
}

/**
 * Thousands of order books in a few flat arrays. Everything that happens to it is a function of this folder
 * with the arena as its first argument; the same calls in the same order leave the same bytes.
 */
export interface BookArena {
  readonly size: ArenaSize;
  /** The slot in a book's handle; the bits above are its generation. */
  readonly bookMask: number;
  /** Words of a ladder in `ladderBits`: per 32 levels, then per 32 of these words from `words32At`. */
  readonly wordsPerLadder: number;
  readonly words32At: number;
  /** The records of orders and, from `levelsAt`, the first and last order of every level of every ladder. */
  readonly orders: Int32Array;
  readonly levelsAt: number;
  readonly books: Int32Array;
  readonly positions: Float64Array;
  readonly holders: Float64Array;
  /** Which levels of a ladder hold orders: a bit per level, per word of those, and per word of these. */
  readonly ladderBits: Int32Array;
  readonly counters: Int32Array;
  /** The arena's time in ms, and how many good-till-time orders it has taken. */
  readonly clock: Float64Array;
  /** Per order slot: when it expires, in ms, and its place among those that expire together. */
  readonly expiries: Float64Array;
  /** Order slots as a binary heap, the next to expire first, from index 1. */
  readonly expiryHeap: Int32Array;
  readonly events: Int32Array;
  /** Room to list the orders of one side. */
  readonly scratch: Int32Array;
}

/** Indices of `counters`. */
export const COUNTER = {
  /** First free order slot, linked through `NEXT`; `NONE` when only unused slots are left. */
  FREE_ORDER: 0,
  /** Order slots given out at least once are below this; so for all that is `…_USED`. */
  ORDERS_USED: 1,
  FREE_BOOK: 2,
  BOOKS_USED: 3,
  FREE_POSITION: 4,
  POSITIONS_USED: 5,
  /** First free ladder, linked through its first level. */
  FREE_LADDER: 6,
  LADDERS_USED: 7,
  /** Orders in the expiry heap. */
  TIMERS: 8,
  /** Int32 written to `events`. */
  EVENTS_END: 9,
} as const;

/** Indices of `clock`. */
export const CLOCK = {
  /** The arena's time, in ms. */
  NOW: 0,
  /** Good-till-time orders taken so far. */
  TIMED_ORDERS: 1,
} as const;

/** Int32 of an event. */
const EVENT_STRIDE = 8;
/** Events that a command may write besides one per resting order. */
const EVENTS_SPARE = 8;

const SIZE_MAX: ArenaSize = {
  booksMax: 2 ** 20,
  ordersMax: 2 ** 24,
  positionsMax: 2 ** 24,
  ticksMax: 32_768,
  laddersMax: 2 ** 20,
};

/** Makes an arena with no book in it. Throws an AssertionError for a size that cannot be. */
export function createArena(size: ArenaSize): BookArena {
  for (const [name, most] of Object.entries(SIZE_MAX)) {
    const value = size[name as keyof ArenaSize];
    assert(Number.isInteger(value) && value >= 1 && value <= most, `${name} must be 1 to ${most}`);
  }
  const { booksMax, ordersMax, positionsMax, ticksMax, laddersMax } = size;
  const words32At = Math.ceil(ticksMax / 32);
  const wordsPerLadder = words32At + Math.ceil(ticksMax / 1024) + 1;
  const counters = new Int32Array(16);
  counters[COUNTER.ORDERS_USED] = 1;
  counters[COUNTER.BOOKS_USED] = 1;
  counters[COUNTER.POSITIONS_USED] = 1;
  counters[COUNTER.LADDERS_USED] = 1;
  const levelsAt = (ordersMax + 1) << ORDER_SHIFT;
  const recordsEnd = levelsAt + (laddersMax + 1) * ticksMax * 2 ** LEVEL_SHIFT;
  assert(recordsEnd < 2 ** 31, "laddersMax ladders of ticksMax ticks are more than an arena can hold");
  return {
    size: { booksMax, ordersMax, positionsMax, ticksMax, laddersMax },
    bookMask: (2 ** (32 - Math.clz32(booksMax)) - 1) | 0,
    wordsPerLadder,
    words32At,
    orders: new Int32Array(recordsEnd).fill(0, 0, levelsAt),
    levelsAt,
    books: new Int32Array((booksMax + 1) * BOOK_STRIDE),
    positions: new Float64Array((positionsMax + 1) << POSITION_SHIFT),
    holders: new Float64Array((positionsMax + 1) << POSITION_SHIFT),
    ladderBits: new Int32Array((laddersMax + 1) * wordsPerLadder),
    counters,
    clock: new Float64Array(2),
    expiries: new Float64Array(2 * (ordersMax + 1)),
    expiryHeap: new Int32Array(ordersMax + 2),
    events: new Int32Array((ordersMax + EVENTS_SPARE) * EVENT_STRIDE),
    scratch: new Int32Array(ordersMax),
  };
}
