import type { BookArena } from "./book-arena.ts";
import { refusal } from "./book-code.ts";
import { END_REASON, hasEventRoom } from "./book-event.ts";
import { endOrder } from "./end-order.ts";
import { orderFault } from "./order-slot.ts";

const { CANCELLED } = END_REASON;

const EVENTS_FULL = refusal("events-full");

/** Cancels an order that rests. Answers 0; negative is a refusal. */
export function cancelOrder(arena: BookArena, slot: number, generation: number): number {
  const fault = orderFault(arena, slot, generation);
  if (fault !== 0) return fault;
  if (!hasEventRoom(arena, 1)) return EVENTS_FULL;
  endOrder(arena, slot, CANCELLED);
  return 0;
}
