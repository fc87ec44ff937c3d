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
  const { counters, orders } = arena;
  const free = counters[FREE_LADDER] as number;
  if (free === NONE) {
    const unused = counters[LADDERS_USED] as number;
    counters[LADDERS_USED] = unused + 1;
    return unused;
  }
  const link = levelAt(arena, free, 0) + HEAD;
  counters[FREE_LADDER] = orders[link] as number;
  orders[link] = NONE;
  return free;
}

/** Gives an empty ladder back. */
export function giveLadder(arena: BookArena, ladder: number): void {
  arena.orders[levelAt(arena, ladder, 0) + HEAD] = arena.counters[FREE_LADDER] as number;
  arena.counters[FREE_LADDER] = ladder;
}

function levelAt({ levelsAt, size }: BookArena, ladder: number, index: number): number {
  return levelsAt + ((ladder * size.ticksMax + index) << LEVEL_SHIFT);
}

/**
 * Where the record of an order begins that stands beside another; where there is none, that of their level. Whether
 * there is one is computed with and not asked for: it is as good as tossed, and a processor guesses it wrong.
 */
function neighbourAt(slot: number, level: number): number {
  return (slot << ORDER_SHIFT) | (level & ((slot - 1) >> 31));
}

/** The first order of a level in time priority. */
export function levelHead(arena: BookArena, ladder: number, index: number): number {
  return arena.orders[levelAt(arena, ladder, index) + HEAD] as number;
}

/** Adds an order behind all others of its level. */
export function appendToLevel(arena: BookArena, ladder: number, index: number, slot: number): void {
  const { orders } = arena;
  const orderAt = slot << ORDER_SHIFT;
  const level = levelAt(arena, ladder, index);
  const last = orders[level + TAIL] as number;
  orders[orderAt + NEXT] = NONE;
  orders[orderAt + PREVIOUS] = last;
  orders[neighbourAt(last, level) + NEXT] = slot;
  orders[level + TAIL] = slot;
  setBit(arena, ladder, index);
}

/** Removes an order from its level. */
export function removeFromLevel(arena: BookArena, ladder: number, index: number, slot: number): void {
  const { orders } = arena;
  const orderAt = slot << ORDER_SHIFT;
  const level = levelAt(arena, ladder, index);
  const previous = orders[orderAt + PREVIOUS] as number;
  const next = orders[orderAt + NEXT] as number;
  orders[neighbourAt(previous, level) + NEXT] = next;
  orders[neighbourAt(next, level) + PREVIOUS] = previous;
  clearBit(arena, ladder, index, ((previous | next) - 1) >>> 31);
}

/** Takes an order from its level and adds it behind all others of another, or of the same. */
export function moveToLevel(arena: BookArena, ladder: number, from: number, to: number, slot: number): void {
  const { orders, ladderBits } = arena;
  const orderAt = slot << ORDER_SHIFT;
  const left = levelAt(arena, ladder, from);
  const entered = left + ((to - from) << LEVEL_SHIFT);
  const previous = orders[orderAt + PREVIOUS] as number;
  const next = orders[orderAt + NEXT] as number;
  orders[neighbourAt(previous, left) + NEXT] = next;
  orders[neighbourAt(next, left) + PREVIOUS] = previous;
  const last = orders[entered + TAIL] as number;
  orders[orderAt + NEXT] = NONE;
  orders[orderAt + PREVIOUS] = last;
  orders[neighbourAt(last, entered) + NEXT] = slot;
  orders[entered + TAIL] = slot;
  const base = ladder * arena.wordsPerLadder;
  const word = base + (from >> 5);
  const bits = (ladderBits[word] as number) & ~((((previous | next) - 1) >>> 31) << (from & 31));
  ladderBits[word] = bits;
  if (bits === 0) clearWord(arena, base, from);
  const toWord = base + (to >> 5);
  const before = ladderBits[toWord] as number;
  ladderBits[toWord] = before | (1 << (to & 31));
  if (before === 0) setWord(arena, base, to);
}

/** Removes the first order of a level, which is `slot`. Answers which is the first then; `NONE` when none is left. */
export function removeFirst(arena: BookArena, ladder: number, index: number, slot: number): number {
  const { orders } = arena;
  const at = levelAt(arena, ladder, index);
  const next = orders[(slot << ORDER_SHIFT) + NEXT] as number;
  orders[at + HEAD] = next;
  if (next !== NONE) {
    orders[(next << ORDER_SHIFT) + PREVIOUS] = NONE;
    // Changes nothing, but brings the order after that into the cache by the time that it is the first.
    const second = orders[(next << ORDER_SHIFT) + NEXT] as number;
    if (second !== NONE) orders[(second << ORDER_SHIFT) + PREVIOUS] = next;
    return next;
  }
  orders[at + TAIL] = NONE;
  clearBit(arena, ladder, index, 1);
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

function setBit(arena: BookArena, ladder: number, index: number): void {
  const { ladderBits } = arena;
  const base = ladder * arena.wordsPerLadder;
  const word = base + (index >> 5);
  const before = ladderBits[word] as number;
  ladderBits[word] = before | (1 << (index & 31));
  if (before === 0) setWord(arena, base, index);
}

/** Sets the bits of the upper layers over a word in which the first level has come. */
function setWord({ ladderBits, wordsPerLadder, words32At }: BookArena, base: number, index: number): void {
  const block = base + words32At + (index >> 10);
  ladderBits[block] = (ladderBits[block] as number) | (1 << ((index >> 5) & 31));
  const top = base + wordsPerLadder - 1;
  ladderBits[top] = (ladderBits[top] as number) | (1 << (index >> 10));
}

/** Takes the bit of a level away when `isEmpty` is 1, and nothing when it is 0. */
function clearBit(arena: BookArena, ladder: number, index: number, isEmpty: number): void {
  const { ladderBits } = arena;
  const base = ladder * arena.wordsPerLadder;
  const word = base + (index >> 5);
  const bits = (ladderBits[word] as number) & ~(isEmpty << (index & 31));
  ladderBits[word] = bits;
  if (bits === 0) clearWord(arena, base, index);
}

/** Takes the bits of the upper layers over a word away from which the last level has gone. */
function clearWord({ ladderBits, wordsPerLadder, words32At }: BookArena, base: number, index: number): void {
  const block = base + words32At + (index >> 10);
  const words = (ladderBits[block] as number) & ~(1 << ((index >> 5) & 31));
  ladderBits[block] = words;
  if (words !== 0) return;
  const top = base + wordsPerLadder - 1;
  ladderBits[top] = (ladderBits[top] as number) & ~(1 << (index >> 10));
}

/** The tick index of a key in a ladder of a book with that many ticks: the better the price, the larger. */
export function indexOfKey(key: number, ticks: number): number {
  return key + (ticks & (key >> 31));
}
