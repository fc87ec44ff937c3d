import assert from "node:assert/strict";
import { type ArenaSize, type BookArena, COUNTER, createArena } from "./book-arena.ts";
import { BOOK_FIELD, LEVEL_FIELD, ORDER_FIELD, POSITION_FIELD } from "./layout.ts";

const { BOOKS_USED, EVENTS_END, LADDERS_USED, ORDERS_USED, POSITIONS_USED, TIMERS } = COUNTER;
const { BOOK_STRIDE } = BOOK_FIELD;
const { LEVEL_SHIFT } = LEVEL_FIELD;
const { ORDER_SHIFT } = ORDER_FIELD;
const { POSITION_SHIFT } = POSITION_FIELD;

/** The arrays of an arena that hold its state; orders and levels, which share one, stand apart. */
const PARTS = [
  "counters",
  "clock",
  "books",
  "orders",
  "positions",
  "holders",
  "levels",
  "ladderBits",
  "expiries",
  "expiryHeap",
  "events",
] as const;

/** An array of an arena that holds state. */
export type ArenaPart = (typeof PARTS)[number];

type PartArray<Part extends ArenaPart> = Part extends keyof BookArena ? BookArena[Part] : Int32Array;

/** All that an arena holds, as copies of the parts in use: what comes after a restore is the same to the byte. */
export interface ArenaSnapshot {
  readonly size: ArenaSize;
  readonly parts: { readonly [Part in ArenaPart]: PartArray<Part> };
}

function partOf({ levelsAt, ...arena }: BookArena, part: ArenaPart): Int32Array | Float64Array {
  if (part === "levels") return arena.orders.subarray(levelsAt);
  return part === "orders" ? arena.orders.subarray(0, levelsAt) : arena[part];
}

function usedLength({ counters, size, wordsPerLadder }: BookArena, part: ArenaPart): number {
  const counter = (at: number): number => counters[at] as number;
  switch (part) {
    case "counters":
      return counters.length;
    case "clock":
      return 2;
    case "books":
      return counter(BOOKS_USED) * BOOK_STRIDE;
    case "orders":
      return counter(ORDERS_USED) << ORDER_SHIFT;
    case "positions":
    case "holders":
      return counter(POSITIONS_USED) << POSITION_SHIFT;
    case "levels":
      return (counter(LADDERS_USED) * size.ticksMax) << LEVEL_SHIFT;
    case "ladderBits":
      return counter(LADDERS_USED) * wordsPerLadder;
    case "expiries":
      return 2 * counter(ORDERS_USED);
    case "expiryHeap":
      return counter(TIMERS) + 1;
    case "events":
      return counter(EVENTS_END);
  }
}

/** Copies an arena's state: one slice per array, up to what was ever used. */
export function takeSnapshot(arena: BookArena): ArenaSnapshot {
  const parts = Object.fromEntries(
    PARTS.map((part) => [part, partOf(arena, part).slice(0, usedLength(arena, part))]),
  );
  return { size: arena.size, parts: parts as ArenaSnapshot["parts"] };
}

/** Makes an arena that goes on where the snapshot was taken. Throws an AssertionError when its parts do not fit together. */
export function restoreSnapshot({ size, parts }: ArenaSnapshot): BookArena {
  const arena = createArena(size);
  for (const part of PARTS) {
    const into = partOf(arena, part);
    assert(parts[part].length <= into.length, `${part} is longer than the arena's size allows`);
    into.set(parts[part]);
  }
  for (const part of PARTS) {
    assert.equal(parts[part].length, usedLength(arena, part), `${part} must be as long as the counters say`);
  }
  return arena;
}
