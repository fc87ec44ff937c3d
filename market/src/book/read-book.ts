import type { BookArena } from "./book-arena.ts";
import type { OrderHandle } from "./book-event.ts";
import { bookOffset } from "./book-slot.ts";
import { expiryOf } from "./expiry-heap.ts";
import { type BookSide, HOLDER_FIELD, ORDER_FIELD, POSITION_FIELD, tickOf } from "./layout.ts";
import { listOrders } from "./resting-orders.ts";

const { GENERATION, KEY, LEFT, ORDER_SHIFT, POSITION } = ORDER_FIELD;
const { POSITION_SHIFT } = POSITION_FIELD;
const { SITE } = HOLDER_FIELD;

/** An order that rests, read out of the arena. */
export interface RestingOrder extends OrderHandle {
  readonly site: number;
  readonly tick: number;
  /** Open, in Wh. */
  readonly quantity: number;
  /** In ms of the arena's time; `null` when it is good till gate closure. */
  readonly expiresAtMs: number | null;
}

/** The orders of one side in priority, best first; `null` when the book is unknown. */
export function readSide(arena: BookArena, book: number, side: BookSide): readonly RestingOrder[] | null {
  const { orders, holders, scratch } = arena;
  const bookAt = bookOffset(arena, book);
  if (bookAt < 0) return null;
  return Array.from({ length: listOrders(arena, bookAt, side, scratch) }, (_, i) => {
    const slot = scratch[i] as number;
    const field = (at: number): number => orders[(slot << ORDER_SHIFT) + at] as number;
    return {
      slot,
      generation: field(GENERATION),
      site: holders[(field(POSITION) << POSITION_SHIFT) + SITE] as number,
      tick: tickOf(field(KEY)),
      quantity: field(LEFT),
      expiresAtMs: expiryOf(arena, slot),
    };
  });
}

/** The price and the open quantity of a level. */
export interface DepthLevel {
  readonly tick: number;
  /** In Wh. */
  readonly quantity: number;
}

/** One side by price, best first; `null` when the book is unknown. */
export function readDepth(arena: BookArena, book: number, side: BookSide): readonly DepthLevel[] | null {
  const orders = readSide(arena, book, side);
  if (orders === null) return null;
  const levels = new Map<number, number>();
  for (const { tick, quantity } of orders) levels.set(tick, (levels.get(tick) ?? 0) + quantity);
  return [...levels].map(([tick, quantity]) => ({ tick, quantity }));
}
