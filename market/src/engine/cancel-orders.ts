import type { EpochMs } from "@commonwatt/vpp-core";
import { admitCancel } from "./admit-cancel.ts";
import type { SignatureTrust } from "./admit-order.ts";
import { type BookEffect, levelEffect, takeOut } from "./book-effect.ts";
import type { MarketEvent } from "./market-input.ts";
import type { AcceptedOrder, CounterCancel, MarketState, OrderEnd } from "./market-state.ts";
import { takeFromBook } from "./place-order.ts";

/** Takes a cancel: its orders leave their books, and its counter is remembered. */
export function cancelOrders(
  state: MarketState,
  candidate: unknown,
  at: EpochMs,
  signatures: SignatureTrust,
): MarketEvent {
  const admission = admitCancel(state, candidate, at, signatures);
  switch (admission.outcome) {
    case "rejected":
      return { kind: "cancel-rejected", changed: false, ...admission.rejection };
    case "known": {
      const { orderIds, sequence } = admission;
      return { kind: "orders-cancelled", changed: false, orderIds, sequence, effects: [] };
    }
    case "new": {
      const { cancel, orders } = admission;
      const sequence = state.sequence + 1;
      const end = { by: `${cancel.scope}-cancel`, sequence, cancel } as const;
      const effects = orders.map((accepted) => cancelOne(state, accepted, end));
      const orderIds = orders.map(({ id }) => id);
      if (cancel.scope === "interval") {
        const done: CounterCancel = { counter: cancel.counter, sequence, orderIds };
        state.books.get(cancel.intervalIndex)?.cancels.set(cancel.siteId, done);
      } else if (cancel.scope === "group") {
        const groups = state.groupCancels.get(cancel.siteId) ?? new Map<number, CounterCancel>();
        groups.set(cancel.group, { counter: cancel.counter, sequence, orderIds });
        state.groupCancels.set(cancel.siteId, groups);
      }
      return { kind: "orders-cancelled", changed: true, orderIds, sequence, effects };
    }
  }
}

function cancelOne(state: MarketState, accepted: AcceptedOrder, end: OrderEnd): BookEffect {
  const { openWh } = accepted;
  takeFromBook(state, accepted);
  takeOut(state, accepted, openWh, end);
  return levelEffect(accepted, -openWh, "cancelled");
}
