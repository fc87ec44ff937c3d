import { type BookArena, CLOCK, COUNTER } from "./book-arena.ts";
import { expiryOf } from "./expiry-heap.ts";
import { BOOK_FIELD, EMPTY, HOLDER_FIELD, ORDER_FIELD, POSITION_FIELD, SIDE } from "./layout.ts";
import { listOrders } from "./resting-orders.ts";

const { BOOKS_USED } = COUNTER;
const { NOW } = CLOCK;
const { BID, OFFER } = SIDE;
const { BOOK_STRIDE, BOOK_TAG, FIRST_POSITION, HANDLE, PHASE, SELF_TRADE, TICKS } = BOOK_FIELD;
const { KEY, LEFT, ORDER_SHIFT, POSITION } = ORDER_FIELD;
const { NET, POSITION_SHIFT } = POSITION_FIELD;
const { NET_MAX, NEXT_POSITION, SITE } = HOLDER_FIELD;
const { NONE } = EMPTY;

/** Two lanes of 32 bits, mixed as in MurmurHash3 (Appleby 2011) with different constants. */
interface Lanes {
  high: number;
  low: number;
}

function mix(lanes: Lanes, word: number): void {
  const high = Math.imul(lanes.high ^ Math.imul(word, 0xcc9e2d51), 0x1b873593);
  lanes.high = (Math.imul((high << 13) | (high >>> 19), 5) + 0xe6546b64) | 0;
  const low = Math.imul(lanes.low ^ Math.imul(word, 0x85ebca6b), 0xc2b2ae35);
  lanes.low = (Math.imul((low << 15) | (low >>> 17), 5) + 0x38b34ae5) | 0;
}

/** Takes a safe integer in as two words. */
function mixLong(lanes: Lanes, value: number): void {
  mix(lanes, value | 0);
  mix(lanes, Math.floor(value / 2 ** 32));
}

/**
 * 64 bits, in hex, of all that an arena holds: its time, and of every book that is not released its tag,
 * rules, phase, positions, and orders in their priority with site, price, quantity and expiry. Slots,
 * handles and the form in which a side is kept are left out, and so is the order in which books and
 * positions were opened: equal content has an equal hash, however it was reached. It finds accidents; it does not withstand an
 * attacker.
 */
export function arenaHash(arena: BookArena): string {
  const { books, counters, clock } = arena;
  const sum: Lanes = { high: 0, low: 0 };
  mixLong(sum, clock[NOW] as number);
  for (let slot = 1; slot < (counters[BOOKS_USED] as number); slot++) {
    const at = slot * BOOK_STRIDE;
    if (books[at + HANDLE] !== NONE) addLanes(sum, bookLanes(arena, at));
  }
  return hexOf(sum);
}

function addLanes(sum: Lanes, { high, low }: Lanes): void {
  sum.high = (sum.high + high) | 0;
  sum.low = (sum.low + low) | 0;
}

function hexOf({ high, low }: Lanes): string {
  return [high, low].map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join("");
}

function bookLanes(arena: BookArena, bookAt: number): Lanes {
  const { books, orders, positions, holders, scratch } = arena;
  const lanes: Lanes = { high: 1, low: 2 };
  for (const field of [BOOK_TAG, TICKS, SELF_TRADE, PHASE]) mix(lanes, books[bookAt + field] as number);
  for (const side of [BID, OFFER] as const) {
    const count = listOrders(arena, bookAt, side, scratch);
    mix(lanes, count);
    for (let i = 0; i < count; i++) {
      const slot = scratch[i] as number;
      const at = slot << ORDER_SHIFT;
      mix(lanes, orders[at + KEY] as number);
      mix(lanes, orders[at + LEFT] as number);
      mix(lanes, holders[((orders[at + POSITION] as number) << POSITION_SHIFT) + SITE] as number);
      mixLong(lanes, expiryOf(arena, slot) ?? -1);
    }
  }
  const all: Lanes = { high: 0, low: 0 };
  let position = books[bookAt + FIRST_POSITION] as number;
  while (position !== NONE) {
    const at = position << POSITION_SHIFT;
    const own: Lanes = { high: 3, low: 4 };
    mixLong(own, holders[at + SITE] as number);
    mixLong(own, positions[at + NET] as number);
    mixLong(own, holders[at + NET_MAX] as number);
    mixLong(own, holders[at + NET_MAX + 1] as number);
    addLanes(all, own);
    position = holders[at + NEXT_POSITION] as number;
  }
  mix(lanes, all.high);
  mix(lanes, all.low);
  return lanes;
}
