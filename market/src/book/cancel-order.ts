import type { BookArena } from "./book-arena.ts";
import { refusal } from "./book-code.ts";
import { END_REASON, hasEventRoom } from "./book-event.ts";
import { endOrder } from "./end-order.ts";
import { isResting, orderFault } from "./order-slot.ts";

const { CANCELLED } = END_REASON;

const EVENTS_FULL = refusal("events-full");

/** Cancels an order that rests. Answers 0; negative is a refusal. */
export function cancelOrder(arena: BookArena, slot: number, generation: number): number {
  if (!isResting(arena, slot, generation)) return orderFault(arena, slot, generation);
  if (!hasEventRoom(arena, 1)) return EVENTS_FULL;
  endOrder(arena, slot, CANCELLED);
  return 0;
}
