import { type ArenaSize, type BookArena, createArena } from "../book/book-arena.ts";
import { BOOK_FIELD, BOOK_PHASE } from "../book/layout.ts";
import { openBook } from "../book/open-book.ts";
import { openPosition } from "../book/position.ts";
import { SELF_TRADE_POLICY } from "../book/self-trade.ts";
import type { WorkloadShape } from "./workload.ts";

const { CONTINUOUS } = BOOK_PHASE;
const { QUEUE_MAX } = BOOK_FIELD;
const { ALLOWED } = SELF_TRADE_POLICY;

/** No site ever comes near this: position limits are checked and never met. */
export const LIMIT_WH: number = 2 ** 50;

/** An arena with a workload's books and positions. */
export interface OpenShape {
  readonly arena: BookArena;
  readonly books: Int32Array;
  /** By book times sites, plus site. */
  readonly positions: Int32Array;
}

/** The arena that a workload needs. */
export function sizeOf({ books, ticks, sites, restingMax }: WorkloadShape): ArenaSize {
  return {
    booksMax: books,
    ordersMax: restingMax + 1,
    positionsMax: books * sites,
    ticksMax: ticks,
    laddersMax: Math.min(2 * books, Math.ceil(restingMax / QUEUE_MAX) + 1),
  };
}

/**
 * Opens a workload's books. Self-trade is allowed, since no two engines prevent it by the same rule; positions
 * are counted and their limits checked.
 */
export function openShape(shape: WorkloadShape): OpenShape {
  const { books: bookCount, ticks, sites } = shape;
  const arena = createArena(sizeOf(shape));
  const books = new Int32Array(bookCount);
  const positions = new Int32Array(bookCount * sites);
  for (let book = 0; book < bookCount; book++) {
    const handle = openBook(arena, book, ticks, ALLOWED, CONTINUOUS);
    books[book] = handle;
    for (let site = 0; site < sites; site++) {
      positions[book * sites + site] = openPosition(arena, handle, site, LIMIT_WH, LIMIT_WH);
    }
  }
  return { arena, books, positions };
}
