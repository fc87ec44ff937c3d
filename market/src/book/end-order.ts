import type { BookArena } from "./book-arena.ts";
import { EVENT, writeEvent } from "./book-event.ts";
import { BOOK_FIELD, ORDER_FIELD, POSITION_FIELD, sideOf, tickOf } from "./layout.ts";
import { freeSlot } from "./order-slot.ts";
import { addOpen } from "./position.ts";
import { removeOrder } from "./resting-orders.ts";

const { ENDED, ORDER_DONE } = EVENT;
const { BOOK, KEY, LEFT, ORDER_SHIFT, POSITION } = ORDER_FIELD;
const { BOOK_STRIDE } = BOOK_FIELD;
const { POSITION_SHIFT } = POSITION_FIELD;

/** Ends an order that rests, with what it has left unfilled. The room for the event was checked before. */
export function endOrder(arena: BookArena, slot: number, reason: number): void {
  const { orders, positions, bookMask } = arena;
  const orderAt = slot << ORDER_SHIFT;
  const key = orders[orderAt + KEY] as number;
  const left = orders[orderAt + LEFT] as number;
  removeOrder(arena, ((orders[orderAt + BOOK] as number) & bookMask) * BOOK_STRIDE, slot);
  addOpen(positions, (orders[orderAt + POSITION] as number) << POSITION_SHIFT, sideOf(key), -left);
  writeEvent(arena, ENDED | ORDER_DONE, slot, reason, 0, tickOf(key), left);
  freeSlot(arena, slot);
}
