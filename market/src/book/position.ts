import { type BookArena, COUNTER } from "./book-arena.ts";
import { refusal } from "./book-code.ts";
import { bookOffset } from "./book-slot.ts";
import { BOOK_FIELD, type BookSide, EMPTY, HOLDER_FIELD, POSITION_FIELD, SIDE } from "./layout.ts";

const { FREE_POSITION, POSITIONS_USED } = COUNTER;
const { FIRST_POSITION } = BOOK_FIELD;
const { NET, POSITION_BOOK, POSITION_SHIFT, ROOM } = POSITION_FIELD;
const { NET_MAX, NEXT_POSITION, SITE } = HOLDER_FIELD;
const { NONE } = EMPTY;
const { BID, OFFER } = SIDE;

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
  const { books, positions, holders, counters, size } = arena;
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
    counters[FREE_POSITION] = holders[(position << POSITION_SHIFT) + NEXT_POSITION] as number;
  }
  const at = position << POSITION_SHIFT;
  positions[at + ROOM] = boughtMax;
  positions[at + ROOM + 1] = soldMax;
  positions[at + NET] = 0;
  positions[at + POSITION_BOOK] = book;
  holders[at + NET_MAX] = boughtMax;
  holders[at + NET_MAX + 1] = soldMax;
  holders[at + SITE] = site;
  holders[at + NEXT_POSITION] = books[bookAt + FIRST_POSITION] as number;
  books[bookAt + FIRST_POSITION] = position;
  return position;
}

function isLimit(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= LIMIT_CEILING;
}

/** The position of a site in a book; `NONE` when it has none, negative when the book is unknown. */
export function positionOf(arena: BookArena, book: number, site: number): number {
  const { books, holders } = arena;
  const bookAt = bookOffset(arena, book);
  if (bookAt < 0) return UNKNOWN_BOOK;
  let position = books[bookAt + FIRST_POSITION] as number;
  while (position !== NONE && holders[(position << POSITION_SHIFT) + SITE] !== site) {
    position = holders[(position << POSITION_SHIFT) + NEXT_POSITION] as number;
  }
  return position;
}

/** Frees all positions of a book that is being released. */
export function freePositions({ books, positions, holders, counters }: BookArena, bookAt: number): void {
  let position = books[bookAt + FIRST_POSITION] as number;
  while (position !== NONE) {
    const at = position << POSITION_SHIFT;
    const next = holders[at + NEXT_POSITION] as number;
    positions[at + POSITION_BOOK] = NONE;
    holders[at + NEXT_POSITION] = counters[FREE_POSITION] as number;
    counters[FREE_POSITION] = position;
    position = next;
  }
}

/** Changes how much a site may buy and sell net. Orders that rest already stay, even above the new limits. */
export function setPositionLimits(
  { positions, holders, counters }: BookArena,
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
  const roomAt = at + ROOM;
  positions[roomAt] = (positions[roomAt] as number) + boughtMax - (holders[at + NET_MAX] as number);
  positions[roomAt + 1] = (positions[roomAt + 1] as number) + soldMax - (holders[at + NET_MAX + 1] as number);
  holders[at + NET_MAX] = boughtMax;
  holders[at + NET_MAX + 1] = soldMax;
  return 0;
}

/**
 * Whether a position could take `quantity` more on a side. The worst case counts: what is net bought (or
 * sold), with every open order of this side filled and none of the other. What is left of the limit then is
 * its room, and that is what is kept: bids lower the room to bid, and what they buy is room to offer.
 */
export function isWithinLimit(
  positions: Float64Array,
  positionAt: number,
  side: BookSide,
  quantity: number,
): boolean {
  return quantity <= (positions[positionAt + ROOM + side] as number);
}

/** Adds to what a position has open on a side; a negative quantity takes away. */
export function addOpen(positions: Float64Array, positionAt: number, side: BookSide, quantity: number): void {
  const roomAt = positionAt + ROOM + side;
  positions[roomAt] = (positions[roomAt] as number) - quantity;
}

/** Books what an order of a side traded that was open until then. */
export function addFilled(
  positions: Float64Array,
  positionAt: number,
  side: BookSide,
  quantity: number,
): void {
  const roomAt = positionAt + ROOM + 1 - side;
  positions[roomAt] = (positions[roomAt] as number) + quantity;
  positions[positionAt + NET] = (positions[positionAt + NET] as number) + (1 - 2 * side) * quantity;
}

/** Books what an order of a side traded before it was ever open. */
export function addTraded(
  positions: Float64Array,
  positionAt: number,
  side: BookSide,
  quantity: number,
): void {
  addOpen(positions, positionAt, side, quantity);
  addFilled(positions, positionAt, side, quantity);
}

/** What a position has open on a side, in Wh. */
export function openOf({ positions, holders }: BookArena, position: number, side: BookSide): number {
  const at = position << POSITION_SHIFT;
  const net = positions[at + NET] as number;
  return (
    (holders[at + NET_MAX + side] as number) - (1 - 2 * side) * net - (positions[at + ROOM + side] as number)
  );
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
export function readPosition(arena: BookArena, position: number): BookPosition {
  const { positions, holders } = arena;
  const at = position << POSITION_SHIFT;
  return {
    site: holders[at + SITE] as number,
    netWh: positions[at + NET] as number,
    openBidsWh: openOf(arena, position, BID),
    openOffersWh: openOf(arena, position, OFFER),
    boughtMaxWh: holders[at + NET_MAX] as number,
    soldMaxWh: holders[at + NET_MAX + 1] as number,
  };
}
