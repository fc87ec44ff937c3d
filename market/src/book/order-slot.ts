import { type BookArena, COUNTER } from "./book-arena.ts";
import { refusal } from "./book-code.ts";
import { dropTimer } from "./expiry-heap.ts";
import { EMPTY, ORDER_FIELD } from "./layout.ts";

const { FREE_ORDER, ORDERS_USED } = COUNTER;
const { BOOK, GENERATION, LEFT, NEXT, ORDER_SHIFT, TIMER } = ORDER_FIELD;
const { NONE } = EMPTY;

const UNKNOWN_ORDER = refusal("unknown-order");
const ORDER_ENDED = refusal("order-ended");
const ORDER_STALE = refusal("order-stale");

/** The last generation of a slot, as Int32: a slot that reached it is never given out again. */
const LAST_GENERATION = -1;

/** Whether a slot can be taken. */
export function hasFreeSlot({ counters, size }: BookArena): boolean {
  return counters[FREE_ORDER] !== NONE || (counters[ORDERS_USED] as number) <= size.ordersMax;
}

/** Takes a slot for an order; one must be free. The slot used last comes first, since its memory is near. */
export function takeSlot({ orders, counters }: BookArena): number {
  const free = counters[FREE_ORDER] as number;
  if (free === NONE) {
    const unused = counters[ORDERS_USED] as number;
    counters[ORDERS_USED] = unused + 1;
    return unused;
  }
  counters[FREE_ORDER] = orders[(free << ORDER_SHIFT) + NEXT] as number;
  return free;
}

/**
 * Frees the slot of an order that left its book. Its generation counts up, so no handle ever names two
 * orders; a slot whose 2^32 − 1 generations are used up is retired.
 */
export function freeSlot(arena: BookArena, slot: number): void {
  const { orders, counters } = arena;
  const orderAt = slot << ORDER_SHIFT;
  if (orders[orderAt + TIMER] !== NONE) dropTimer(arena, slot);
  orders[orderAt + LEFT] = 0;
  const generation = ((orders[orderAt + GENERATION] as number) + 1) | 0;
  orders[orderAt + GENERATION] = generation;
  if (generation === LAST_GENERATION) return;
  orders[orderAt + NEXT] = counters[FREE_ORDER] as number;
  counters[FREE_ORDER] = slot;
}

/** Whether the handle names an order that rests. */
export function isResting({ orders, counters }: BookArena, slot: number, generation: number): boolean {
  const orderAt = slot << ORDER_SHIFT;
  return (
    (slot | 0) === slot &&
    slot > NONE &&
    slot < (counters[ORDERS_USED] as number) &&
    orders[orderAt + GENERATION] === generation &&
    orders[orderAt + LEFT] !== 0
  );
}

/** 0 when the handle names an order that rests; otherwise the refusal. */
export function orderFault({ orders, counters }: BookArena, slot: number, generation: number): number {
  if ((slot | 0) !== slot || slot <= NONE || slot >= (counters[ORDERS_USED] as number)) return UNKNOWN_ORDER;
  const orderAt = slot << ORDER_SHIFT;
  const now = orders[orderAt + GENERATION] as number;
  const isFree = orders[orderAt + LEFT] === 0;
  if (now === generation) return isFree ? UNKNOWN_ORDER : 0;
  if ((generation | 0) !== generation || generation >>> 0 > now >>> 0) return UNKNOWN_ORDER;
  return isFree && ((generation + 1) | 0) === now ? ORDER_ENDED : ORDER_STALE;
}

/** The generation of the order that rests in a slot; it names the order together with the slot. */
export function generationOf({ orders }: BookArena, slot: number): number {
  return orders[(slot << ORDER_SHIFT) + GENERATION] as number;
}

/** What an order that rests has open, in Wh. */
export function openQuantity({ orders }: BookArena, slot: number): number {
  return orders[(slot << ORDER_SHIFT) + LEFT] as number;
}

/** The handle of the book that an order rests in. */
export function bookOf({ orders }: BookArena, slot: number): number {
  return orders[(slot << ORDER_SHIFT) + BOOK] as number;
}
