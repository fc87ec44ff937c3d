import type { MarketState } from "./market-state.ts";

/** Forgets books whose delivery ended before a time, and their orders. */
export function forgetBefore(state: MarketState, endedMs: number): void {
  const old = [...state.books.values()].filter(
    ({ phase, interval }) => phase === "closed" && interval.endMs < endedMs,
  );
  for (const { interval, orders } of old) {
    state.books.delete(interval.index);
    for (const { id } of orders) state.orders.delete(id);
    state.forgottenMs = Math.max(state.forgottenMs, interval.endMs);
  }
}
