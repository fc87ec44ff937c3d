import assert from "node:assert/strict";
import { type EpochMs, epochMs } from "@commonwatt/vpp-core";
import { advanceTime } from "../book/advance-time.ts";
import { COUNTER } from "../book/book-arena.ts";
import { expiryOf } from "../book/expiry-heap.ts";
import { openCall } from "../book/open-book.ts";
import { type BookEffect, takeEffects } from "./book-effect.ts";
import type { MarketEvent } from "./market-input.ts";
import type { Book, MarketState } from "./market-state.ts";

/** When something next happens by time alone: an order expires or a call phase begins. `null`: never. */
export function dueAtMs({ arena, books }: MarketState): EpochMs | null {
  const calls = [...books.values()].flatMap((book) => callFrom(book) ?? []);
  const isTimed = (arena.counters[COUNTER.TIMERS] as number) > 0;
  const expiry = isTimed ? expiryOf(arena, arena.expiryHeap[1] as number) : null;
  const due = Math.min(...calls, expiry ?? Number.POSITIVE_INFINITY);
  return due === Number.POSITIVE_INFINITY ? null : epochMs(due);
}

function callFrom({ phase, callFromMs }: Book): EpochMs | null {
  return phase === "continuous" ? callFromMs : null;
}

/** Lets happen what is due: orders expire, the earliest first, and call phases begin. */
export function advanceMarket(state: MarketState, at: EpochMs): MarketEvent {
  const due = dueAtMs(state);
  if (due === null || due > at) return { kind: "time-advanced", changed: false, effects: [] };
  moveClock(state, at);
  const effects: BookEffect[] = [...takeEffects(state, null, state.sequence + 1)];
  for (const book of [...state.books.values()].sort((a, b) => a.interval.index - b.interval.index)) {
    const from = callFrom(book);
    if (from === null || from > at) continue;
    assert(openCall(state.arena, book.handle) === 0, "an open book can begin its call phase");
    book.phase = "call";
    effects.push({ kind: "call-opened", intervalIndex: book.interval.index });
  }
  return { kind: "time-advanced", changed: true, effects };
}

/** Moves the arena's clock, never backwards. What is due then waits as events. */
export function moveClock({ arena }: MarketState, at: EpochMs): void {
  const nowMs = arenaNow(arena);
  assert(advanceTime(arena, Math.max(nowMs, Math.floor(at))) === 0, "time goes forward");
}

/** The arena's time. */
export function arenaNow({ clock }: MarketState["arena"]): number {
  return clock[0] as number;
}
