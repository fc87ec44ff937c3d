import { type BookArena, CLOCK, COUNTER } from "./book-arena.ts";
import { refusal } from "./book-code.ts";
import { END_REASON, hasEventRoom } from "./book-event.ts";
import { endOrder } from "./end-order.ts";

const { NOW } = CLOCK;
const { TIMERS } = COUNTER;
const { EXPIRED } = END_REASON;

const TIME_BACKWARDS = refusal("time-backwards");
const EVENTS_FULL = refusal("events-full");

/**
 * Moves the arena's time, in ms, forward: time is an input like any other. Orders whose lifetime is over end
 * (one that lives until `nowMs` exactly included), the earliest first and those of one time in the order in
 * which they came. Answers 0; negative is a refusal.
 */
export function advanceTime(arena: BookArena, nowMs: number): number {
  const { clock, counters, expiryHeap, expiries } = arena;
  if (!Number.isSafeInteger(nowMs) || nowMs < (clock[NOW] as number)) return TIME_BACKWARDS;
  if (!hasEventRoom(arena, counters[TIMERS] as number)) return EVENTS_FULL;
  clock[NOW] = nowMs;
  while ((counters[TIMERS] as number) > 0) {
    const next = expiryHeap[1] as number;
    if ((expiries[2 * next] as number) > nowMs) break;
    endOrder(arena, next, EXPIRED);
  }
  return 0;
}
