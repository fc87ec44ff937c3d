import type { ChainCancel, EpochMs, Hex, SiteId } from "@commonwatt/vpp-core";
import { isSameAccount } from "../order/account.ts";
import { admitCancel, ordersOfGroup } from "./admit-cancel.ts";
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
      const { orderIds, effects } = endOrders(state, orders, end);
      if (cancel.scope === "interval") {
        const done: CounterCancel = { counter: cancel.counter, sequence, orderIds };
        state.books.get(cancel.intervalIndex)?.cancels.set(cancel.siteId, done);
      } else if (cancel.scope === "group") {
        rememberGroup(state, cancel.siteId, cancel.group, { counter: cancel.counter, sequence, orderIds });
      }
      return { kind: "orders-cancelled", changed: true, orderIds, sequence, effects };
    }
  }
}

/**
 * Takes what an account took back on the chain: its orders leave their books without its signature, and the counter is
 * remembered. It changes nothing when there is no such site, or when the site took back as much before.
 */
export function cancelFromChain(state: MarketState, cancel: ChainCancel, at: EpochMs): MarketEvent {
  const { account, group, counter } = cancel;
  const site = [...state.sites.values()].find((one) => isSameAccount(account, one.account));
  const last = site === undefined ? undefined : state.groupCancels.get(site.id)?.get(group);
  if (site === undefined || (last !== undefined && counter <= last.counter)) {
    return { kind: "orders-cancelled", changed: false, orderIds: [], sequence: state.sequence, effects: [] };
  }
  const sequence = state.sequence + 1;
  const orders = ordersOfGroup(state, site.id, cancel, at);
  const { orderIds, effects } = endOrders(state, orders, { by: "group-cancel", sequence });
  rememberGroup(state, site.id, group, { counter, sequence, orderIds });
  return { kind: "orders-cancelled", changed: true, orderIds, sequence, effects };
}

function rememberGroup(state: MarketState, siteId: SiteId, group: number, cancel: CounterCancel): void {
  const groups = state.groupCancels.get(siteId) ?? new Map<number, CounterCancel>();
  groups.set(group, cancel);
  state.groupCancels.set(siteId, groups);
}

function endOrders(
  state: MarketState,
  orders: readonly AcceptedOrder[],
  end: OrderEnd,
): { readonly orderIds: readonly Hex[]; readonly effects: readonly BookEffect[] } {
  const effects = orders.map((accepted) => cancelOne(state, accepted, end));
  return { orderIds: orders.map(({ id }) => id), effects };
}

function cancelOne(state: MarketState, accepted: AcceptedOrder, end: OrderEnd): BookEffect {
  const { openWh } = accepted;
  takeFromBook(state, accepted);
  takeOut(state, accepted, openWh, end);
  return levelEffect(accepted, -openWh, "cancelled");
}
