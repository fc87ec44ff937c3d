import { type BookArena, CLOCK, COUNTER } from "./book-arena.ts";
import { EMPTY, ORDER_FIELD } from "./layout.ts";

const { TIMED_ORDERS } = CLOCK;
const { TIMERS } = COUNTER;
const { NONE } = EMPTY;
const { ORDER_SHIFT, TIMER } = ORDER_FIELD;

/**
 * Good-till-time orders in a binary heap (Williams 1964): the earliest first, and among those that expire
 * together the one that came first. Each order knows its place, so that one which ends before its time is
 * taken out at once.
 */

/** Sets when an order expires. */
export function setTimer(arena: BookArena, slot: number, expiresAtMs: number): void {
  const { counters, clock, expiries } = arena;
  expiries[2 * slot] = expiresAtMs;
  expiries[2 * slot + 1] = clock[TIMED_ORDERS] as number;
  clock[TIMED_ORDERS] = (clock[TIMED_ORDERS] as number) + 1;
  const count = (counters[TIMERS] as number) + 1;
  counters[TIMERS] = count;
  liftUp(arena, count, slot);
}

/** Forgets when an order expires. */
export function dropTimer(arena: BookArena, slot: number): void {
  const { orders, counters, expiryHeap } = arena;
  const at = orders[(slot << ORDER_SHIFT) + TIMER] as number;
  const count = counters[TIMERS] as number;
  counters[TIMERS] = count - 1;
  orders[(slot << ORDER_SHIFT) + TIMER] = NONE;
  const last = expiryHeap[count] as number;
  if (at === count) return;
  if (at > 1 && isBefore(arena, last, expiryHeap[at >> 1] as number)) liftUp(arena, at, last);
  else sinkDown(arena, at, last, count - 1);
}

/** When an order expires, in ms; `null` when it is good till gate closure. */
export function expiryOf({ orders, expiries }: BookArena, slot: number): number | null {
  return orders[(slot << ORDER_SHIFT) + TIMER] === NONE ? null : (expiries[2 * slot] as number);
}

function isBefore({ expiries }: BookArena, left: number, right: number): boolean {
  const leftMs = expiries[2 * left] as number;
  const rightMs = expiries[2 * right] as number;
  return (
    leftMs < rightMs ||
    (leftMs === rightMs && (expiries[2 * left + 1] as number) < (expiries[2 * right + 1] as number))
  );
}

function put({ orders, expiryHeap }: BookArena, at: number, slot: number): void {
  expiryHeap[at] = slot;
  orders[(slot << ORDER_SHIFT) + TIMER] = at;
}

function liftUp(arena: BookArena, from: number, slot: number): void {
  let at = from;
  while (at > 1) {
    const above = arena.expiryHeap[at >> 1] as number;
    if (!isBefore(arena, slot, above)) break;
    put(arena, at, above);
    at >>= 1;
  }
  put(arena, at, slot);
}

function sinkDown(arena: BookArena, from: number, slot: number, count: number): void {
  const { expiryHeap } = arena;
  let at = from;
  for (let child = 2 * at; child <= count; child = 2 * at) {
    const left = expiryHeap[child] as number;
    const right = expiryHeap[child + 1] as number;
    if (child < count && isBefore(arena, right, left)) child++;
    const below = expiryHeap[child] as number;
    if (!isBefore(arena, below, slot)) break;
    put(arena, at, below);
    at = child;
  }
  put(arena, at, slot);
}
