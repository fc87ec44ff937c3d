import { type BookArena, COUNTER } from "./book-arena.ts";
import { refusal } from "./book-code.ts";
import { bookOffset } from "./book-slot.ts";
import { BOOK_FIELD, type BookSide, EMPTY, POSITION_FIELD } from "./layout.ts";

const { FREE_POSITION, POSITIONS_USED } = COUNTER;
const { FIRST_POSITION } = BOOK_FIELD;
const { NET, NET_MAX, NEXT_POSITION, OPEN, POSITION_BOOK, POSITION_SHIFT, SITE } = POSITION_FIELD;
const { NONE } = EMPTY;

const UNKNOWN_BOOK = refusal("unknown-book");
const UNKNOWN_POSITION = refusal("unknown-position");
const POSITION_EXISTS = refusal("position-exists");
const BAD_LIMITS = refusal("bad-position-limits");
const POSITIONS_FULL = refusal("positions-full");

/** Twice this and a quantity on top is still a safe integer. */
const LIMIT_CEILING = 2 ** 52;

/**
 * Opens what a site has in a book, with the most that it may buy and sell there net, in Wh. Its orders name
 * the number answered; negative is a refusal.
 */
export function openPosition(
  arena: BookArena,
  book: number,
  site: number,
  boughtMax: number,
  soldMax: number,
): number {
  const { books, positions, counters, size } = arena;
  const bookAt = bookOffset(arena, book);
  if (bookAt < 0) return UNKNOWN_BOOK;
  if ((site | 0) !== site || !isLimit(boughtMax) || !isLimit(soldMax)) return BAD_LIMITS;
  if (positionOf(arena, book, site) > NONE) return POSITION_EXISTS;
  let position = counters[FREE_POSITION] as number;
  if (position === NONE) {
    position = counters[POSITIONS_USED] as number;
    if (position > size.positionsMax) return POSITIONS_FULL;
    counters[POSITIONS_USED] = position + 1;
  } else {
    counters[FREE_POSITION] = positions[(position << POSITION_SHIFT) + NEXT_POSITION] as number;
  }
  const at = position << POSITION_SHIFT;
  positions.fill(0, at, at + 8);
  positions[at + NET_MAX] = boughtMax;
  positions[at + NET_MAX + 1] = soldMax;
  positions[at + SITE] = site;
  positions[at + POSITION_BOOK] = book;
  positions[at + NEXT_POSITION] = books[bookAt + FIRST_POSITION] as number;
  books[bookAt + FIRST_POSITION] = position;
  return position;
}

function isLimit(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= LIMIT_CEILING;
}

/** The position of a site in a book; `NONE` when it has none, negative when the book is unknown. */
export function positionOf(arena: BookArena, book: number, site: number): number {
  const { books, positions } = arena;
  const bookAt = bookOffset(arena, book);
  if (bookAt < 0) return UNKNOWN_BOOK;
  let position = books[bookAt + FIRST_POSITION] as number;
  while (position !== NONE && positions[(position << POSITION_SHIFT) + SITE] !== site) {
    position = positions[(position << POSITION_SHIFT) + NEXT_POSITION] as number;
  }
  return position;
}

/** Frees all positions of a book that is being released. */
export function freePositions({ books, positions, counters }: BookArena, bookAt: number): void {
  let position = books[bookAt + FIRST_POSITION] as number;
  while (position !== NONE) {
    const at = position << POSITION_SHIFT;
    const next = positions[at + NEXT_POSITION] as number;
    positions[at + POSITION_BOOK] = NONE;
    positions[at + NEXT_POSITION] = counters[FREE_POSITION] as number;
    counters[FREE_POSITION] = position;
    position = next;
  }
}

/** Changes how much a site may buy and sell net. Orders that rest already stay, even above the new limits. */
export function setPositionLimits(
  { positions, counters }: BookArena,
  book: number,
  position: number,
  boughtMax: number,
  soldMax: number,
): number {
  if (!isLimit(boughtMax) || !isLimit(soldMax)) return BAD_LIMITS;
  const at = position << POSITION_SHIFT;
  const isKnown = (position | 0) === position && position > NONE;
  if (!isKnown || position >= (counters[POSITIONS_USED] as number)) return UNKNOWN_POSITION;
  if (positions[at + POSITION_BOOK] !== book) return UNKNOWN_POSITION;
  positions[at + NET_MAX] = boughtMax;
  positions[at + NET_MAX + 1] = soldMax;
  return 0;
}

/**
 * Whether a position could take `quantity` more on a side. The worst case counts: what is net bought (or
 * sold), with every open order of this side filled and none of the other.
 */
export function isWithinLimit(
  positions: Float64Array,
  positionAt: number,
  side: BookSide,
  quantity: number,
): boolean {
  const net = positions[positionAt + NET] as number;
  const open = (positions[positionAt + OPEN + side] as number) + quantity;
  return (1 - 2 * side) * net + open <= (positions[positionAt + NET_MAX + side] as number);
}

/** Adds to what a position has open on a side; a negative quantity takes away. */
export function addOpen(positions: Float64Array, positionAt: number, side: BookSide, quantity: number): void {
  positions[positionAt + OPEN + side] = (positions[positionAt + OPEN + side] as number) + quantity;
}

/** Books what an order of a side traded. */
export function addTraded(
  positions: Float64Array,
  positionAt: number,
  side: BookSide,
  quantity: number,
): void {
  const net = positions[positionAt + NET] as number;
  positions[positionAt + NET] = net + (1 - 2 * side) * quantity;
}

/** What a site has in a book, read out of the arena. Energies in Wh. */
export interface BookPosition {
  readonly site: number;
  /** Bought less sold. */
  readonly netWh: number;
  readonly openBidsWh: number;
  readonly openOffersWh: number;
  readonly boughtMaxWh: number;
  readonly soldMaxWh: number;
}

/** Reads a position that was opened in a book which is not released. */
export function readPosition({ positions }: BookArena, position: number): BookPosition {
  const field = (at: number): number => positions[(position << POSITION_SHIFT) + at] as number;
  return {
    site: field(SITE),
    netWh: field(NET),
    openBidsWh: field(OPEN),
    openOffersWh: field(OPEN + 1),
    boughtMaxWh: field(NET_MAX),
    soldMaxWh: field(NET_MAX + 1),
  };
}
