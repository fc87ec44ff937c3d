import { type ArenaSize, type BookArena, CLOCK, COUNTER } from "../book/book-arena.ts";
import { clearEvents } from "../book/book-event.ts";
import { arenaHash } from "../book/book-hash.ts";
import { BOOK_FIELD, BOOK_PHASE, ORDER_FIELD, POSITION_FIELD } from "../book/layout.ts";
import { TIME_IN_FORCE } from "../book/submit-order.ts";
import { applyCommand, BOOK_COMMAND } from "../durable/book-command.ts";
import { sealFields } from "../durable/book-replay.ts";

const {
  ADVANCE,
  CANCEL,
  CLEAR_CALL,
  CLOSE_BOOK,
  OPEN_BOOK,
  OPEN_CALL,
  OPEN_POSITION,
  RELEASE_BOOK,
  REPLACE,
  SEAL,
  SET_LIMITS,
  SUBMIT,
} = BOOK_COMMAND;
const { BOOKS_USED, ORDERS_USED, POSITIONS_USED } = COUNTER;
const { BOOK_STRIDE, HANDLE } = BOOK_FIELD;
const { GENERATION, ORDER_SHIFT } = ORDER_FIELD;
const { POSITION_BOOK, POSITION_SHIFT } = POSITION_FIELD;

/** Books that are open at once, sites in each, and ticks of each. */
const BOOKS = 8;
const SITES = 12;
const TICKS = 64;
/** In the load's own journal every record with such a sequence is a seal. */
export const LOAD_SEAL_EVERY = 1_000;

/** The arena of the load. */
export const LOAD_SIZE: ArenaSize = {
  booksMax: BOOKS,
  ordersMax: 4_096,
  positionsMax: BOOKS * SITES,
  ticksMax: TICKS,
  laddersMax: 2 * BOOKS,
};

/** A record: its type and seven fields. */
export type LoadRecord = [number, number, number, number, number, number, number, number];

/** Random numbers that depend on a seed, the record's place and the try alone (a hash after Mueller). */
function drawer(seed: number, sequence: number, attempt: number): (below: number) => number {
  let state =
    Math.imul(seed + 1, 0x9e37_79b1) ^ Math.imul(sequence | 0, 0x85eb_ca6b) ^ Math.imul(attempt, 0xc2b2_ae35);
  return (below) => {
    state = (state + 0x9e37_79b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x45d9_f3b);
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x45d9_f3b);
    return ((mixed ^ (mixed >>> 16)) >>> 0) % below;
  };
}

/**
 * The command that is tried as record `sequence` for the `attempt`th time: a function of the seed and the state
 * alone, so that whoever has the same state goes on in the same way.
 */
export function loadCommand(arena: BookArena, seed: number, sequence: number, attempt: number): LoadRecord {
  const draw = drawer(seed, sequence, attempt);
  const isOpening = sequence <= BOOKS * (SITES + 1);
  const share = isOpening ? 1_000 - (sequence <= BOOKS ? 10 : 50) : draw(1_000);
  const bookSlot = 1 + draw(Math.max(1, (arena.counters[BOOKS_USED] as number) - 1));
  const book = arena.books[bookSlot * BOOK_STRIDE + HANDLE] as number;
  const position = 1 + draw(Math.max(1, (arena.counters[POSITIONS_USED] as number) - 1));
  const positionBook = arena.positions[(position << POSITION_SHIFT) + POSITION_BOOK] as number;
  const slot = 1 + draw(Math.max(1, (arena.counters[ORDERS_USED] as number) - 1));
  const generation = arena.orders[(slot << ORDER_SHIFT) + GENERATION] as number;
  if (share < 500) {
    const timeInForce = draw(4);
    const lifetimeMs = timeInForce === TIME_IN_FORCE.GOOD_TILL_TIME ? 1 + draw(2_000) : 0;
    return [SUBMIT, positionBook, position, draw(2), draw(TICKS), 1 + draw(500), timeInForce, lifetimeMs];
  }
  if (share < 750) return [CANCEL, slot, generation, 0, 0, 0, 0, 0];
  if (share < 900) return [REPLACE, slot, generation, draw(TICKS), 1 + draw(500), 0, 0, 0];
  if (share < 930) return [ADVANCE, (arena.clock[CLOCK.NOW] as number) + draw(50), 0, 0, 0, 0, 0, 0];
  if (share < 940)
    return [SET_LIMITS, positionBook, position, 1_000 + draw(9_000), 0, 1_000 + draw(9_000), 0, 0];
  if (share < 980) return [OPEN_POSITION, book, draw(SITES), 5_000, 0, 5_000, 0, 0];
  if (share < 981) return [OPEN_CALL, book, 0, 0, 0, 0, 0, 0];
  if (share < 982) return [CLEAR_CALL, book, draw(1_001), draw(1_000), 0, 0, 0, 0];
  if (share < 983) return [CLOSE_BOOK, book, 0, 0, 0, 0, 0, 0];
  if (share < 986) return [RELEASE_BOOK, book, 0, 0, 0, 0, 0, 0];
  return [OPEN_BOOK, sequence | 0, TICKS, draw(4), BOOK_PHASE.CONTINUOUS, 0, 0, 0];
}

/** What the record `sequence` must be after all before it: applied to the arena, and answered. */
export function applyNextRecord(arena: BookArena, seed: number, sequence: number): LoadRecord {
  if (sequence % LOAD_SEAL_EVERY === 0) return [SEAL, ...sealFields(arenaHash(arena)), 0, 0, 0, 0, 0];
  for (let attempt = 0; ; attempt++) {
    clearEvents(arena);
    const record = loadCommand(arena, seed, sequence, attempt);
    if (applyCommand(arena, ...record) >= 0) return record;
  }
}
