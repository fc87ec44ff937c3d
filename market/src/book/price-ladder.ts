import { type BookArena, COUNTER } from "./book-arena.ts";
import { EMPTY, LEVEL_FIELD, ORDER_FIELD } from "./layout.ts";

const { FREE_LADDER, LADDERS_USED } = COUNTER;
const { HEAD, LEVEL_SHIFT, TAIL } = LEVEL_FIELD;
const { NEXT, ORDER_SHIFT, PREVIOUS } = ORDER_FIELD;
const { NONE } = EMPTY;

/**
 * A side with many orders: a level for every tick, best last, each a linked list in time order, and three
 * layers of bits that say which levels hold orders. Adding, removing and finding the next best cost the same
 * whatever stands in the book.
 */

/** Whether a ladder can be taken. */
export function hasFreeLadder({ counters, size }: BookArena): boolean {
  return counters[FREE_LADDER] !== NONE || (counters[LADDERS_USED] as number) <= size.laddersMax;
}

/** Takes an empty ladder; one must be free. */
export function takeLadder(arena: BookArena): number {
  const { counters, levels } = arena;
  const free = counters[FREE_LADDER] as number;
  if (free === NONE) {
    const unused = counters[LADDERS_USED] as number;
    counters[LADDERS_USED] = unused + 1;
    return unused;
  }
  const link = levelAt(arena, free, 0) + HEAD;
  counters[FREE_LADDER] = levels[link] as number;
  levels[link] = NONE;
  return free;
}

/** Gives an empty ladder back. */
export function giveLadder(arena: BookArena, ladder: number): void {
  arena.levels[levelAt(arena, ladder, 0) + HEAD] = arena.counters[FREE_LADDER] as number;
  arena.counters[FREE_LADDER] = ladder;
}

function levelAt({ size }: BookArena, ladder: number, index: number): number {
  return (ladder * size.ticksMax + index) << LEVEL_SHIFT;
}

/** The first order of a level in time priority. */
export function levelHead(arena: BookArena, ladder: number, index: number): number {
  return arena.levels[levelAt(arena, ladder, index) + HEAD] as number;
}

/** Adds an order behind all others of its level. */
export function appendToLevel(arena: BookArena, ladder: number, index: number, slot: number): void {
  const { orders, levels } = arena;
  const at = levelAt(arena, ladder, index);
  const last = levels[at + TAIL] as number;
  levels[at + TAIL] = slot;
  orders[(slot << ORDER_SHIFT) + NEXT] = NONE;
  orders[(slot << ORDER_SHIFT) + PREVIOUS] = last;
  if (last === NONE) {
    levels[at + HEAD] = slot;
    setBit(arena, ladder, index);
  } else {
    orders[(last << ORDER_SHIFT) + NEXT] = slot;
  }
}

/** Removes an order from its level. */
export function removeFromLevel(arena: BookArena, ladder: number, index: number, slot: number): void {
  const { orders, levels } = arena;
  const orderAt = slot << ORDER_SHIFT;
  const previous = orders[orderAt + PREVIOUS] as number;
  const next = orders[orderAt + NEXT] as number;
  const at = levelAt(arena, ladder, index);
  if (previous === NONE) levels[at + HEAD] = next;
  else orders[(previous << ORDER_SHIFT) + NEXT] = next;
  if (next === NONE) levels[at + TAIL] = previous;
  else orders[(next << ORDER_SHIFT) + PREVIOUS] = previous;
  if ((previous | next) === NONE) clearBit(arena, ladder, index);
}

/** Removes the first order of a level, which is `slot`. Answers which is the first then; `NONE` when none is left. */
export function removeFirst(arena: BookArena, ladder: number, index: number, slot: number): number {
  const { orders, levels } = arena;
  const at = levelAt(arena, ladder, index);
  const next = orders[(slot << ORDER_SHIFT) + NEXT] as number;
  levels[at + HEAD] = next;
  if (next !== NONE) {
    orders[(next << ORDER_SHIFT) + PREVIOUS] = NONE;
    // Changes nothing, but brings the order after that into the cache by the time that it is the first.
    const second = orders[(next << ORDER_SHIFT) + NEXT] as number;
    if (second !== NONE) orders[(second << ORDER_SHIFT) + PREVIOUS] = next;
    return next;
  }
  levels[at + TAIL] = NONE;
  clearBit(arena, ladder, index);
  return NONE;
}

/** The best level worse than `index` that holds orders; −1 when there is none. */
export function nextLevel(arena: BookArena, ladder: number, index: number): number {
  const { ladderBits, wordsPerLadder, words32At } = arena;
  const base = ladder * wordsPerLadder;
  let word = index >> 5;
  const bits = (ladderBits[base + word] as number) & ((1 << (index & 31)) - 1);
  if (bits !== 0) return (word << 5) + 31 - Math.clz32(bits);
  let block = word >> 5;
  let words = (ladderBits[base + words32At + block] as number) & ((1 << (word & 31)) - 1);
  if (words === 0) {
    const blocks = (ladderBits[base + wordsPerLadder - 1] as number) & ((1 << block) - 1);
    if (blocks === 0) return -1;
    block = 31 - Math.clz32(blocks);
    words = ladderBits[base + words32At + block] as number;
  }
  word = (block << 5) + 31 - Math.clz32(words);
  return (word << 5) + 31 - Math.clz32(ladderBits[base + word] as number);
}

function setBit({ ladderBits, wordsPerLadder, words32At }: BookArena, ladder: number, index: number): void {
  const base = ladder * wordsPerLadder;
  const word = base + (index >> 5);
  const before = ladderBits[word] as number;
  ladderBits[word] = before | (1 << (index & 31));
  if (before !== 0) return;
  const block = base + words32At + (index >> 10);
  ladderBits[block] = (ladderBits[block] as number) | (1 << ((index >> 5) & 31));
  const top = base + wordsPerLadder - 1;
  ladderBits[top] = (ladderBits[top] as number) | (1 << (index >> 10));
}

function clearBit({ ladderBits, wordsPerLadder, words32At }: BookArena, ladder: number, index: number): void {
  const base = ladder * wordsPerLadder;
  const word = base + (index >> 5);
  const after = (ladderBits[word] as number) & ~(1 << (index & 31));
  ladderBits[word] = after;
  if (after !== 0) return;
  const block = base + words32At + (index >> 10);
  const wordsAfter = (ladderBits[block] as number) & ~(1 << ((index >> 5) & 31));
  ladderBits[block] = wordsAfter;
  if (wordsAfter !== 0) return;
  const top = base + wordsPerLadder - 1;
  ladderBits[top] = (ladderBits[top] as number) & ~(1 << (index >> 10));
}

/** The tick index of a key in a ladder of a book with that many ticks: the better the price, the larger. */
export function indexOfKey(key: number, ticks: number): number {
  return key + (ticks & (key >> 31));
}
