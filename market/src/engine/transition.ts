import {
  CommonwattError,
  type DeliveryInterval,
  type EpochMs,
  type IntervalIndex,
  type SignedOrder,
} from "@commonwatt/vpp-core";
import { mechanismOf } from "../mechanisms/mechanism-registry.ts";
import { admitOrder, type SignatureTrust } from "./admit-order.ts";
import { cancelOrders } from "./cancel-orders.ts";
import { clearBook } from "./clear-book.ts";
import { endOrder } from "./end-order.ts";
import type { MarketEvent, MarketInput, RegisterChanged } from "./market-input.ts";
import { assertMarketRules } from "./market-rules.ts";
import type { AcceptedOrder, Book, MarketState } from "./market-state.ts";
import { siteRegister } from "./site-register.ts";
import { bookHash, canonicalJson } from "./state-hash.ts";

/** Takes one input into the state, which stays as it was when this throws. See `MarketEngine.apply`. */
export function transition(state: MarketState, input: MarketInput, signatures: SignatureTrust): MarketEvent {
  const event = eventOf(state, input, signatures);
  if (event.changed) state.sequence++;
  return event;
}

function eventOf(state: MarketState, input: MarketInput, signatures: SignatureTrust): MarketEvent {
  switch (input.kind) {
    case "register-changed":
      return setRegister(state, input);
    case "interval-opened":
      return openInterval(state, input.interval);
    case "order-submitted":
      return submitOrder(state, input.order, input.atMs, signatures);
    case "cancel-submitted":
      return cancelOrders(state, input.cancel, input.atMs, signatures);
    case "gate-closed":
      return closeGate(state, input.intervalIndex, input.atMs);
  }
}

function setRegister(state: MarketState, { sites, rules }: RegisterChanged): MarketEvent {
  const register = siteRegister(sites);
  assertMarketRules(rules);
  const before = canonicalJson([state.rules, [...state.sites.values()]]);
  const isFirst = state.sequence === 0;
  state.rules = rules;
  state.sites = register;
  return {
    kind: "register-set",
    changed: isFirst || before !== canonicalJson([rules, [...register.values()]]),
  };
}

function openInterval(state: MarketState, { index, startMs, endMs }: DeliveryInterval): MarketEvent {
  const known = state.books.get(index)?.interval;
  if (known === undefined) {
    const interval = { index, startMs, endMs };
    state.books.set(index, {
      interval,
      orders: [],
      positions: new Map(),
      cancels: new Map(),
      clearing: null,
      closedHash: null,
    });
  } else if (known.startMs !== startMs || known.endMs !== endMs) {
    throw new CommonwattError("MARKET_INTERVAL_CONFLICT", `interval ${index} was opened with another time`, {
      details: { intervalIndex: index, startMs, knownStartMs: known.startMs, endMs, knownEndMs: known.endMs },
    });
  }
  return { kind: "interval-open", changed: known === undefined };
}

function submitOrder(
  state: MarketState,
  candidate: unknown,
  at: EpochMs,
  signatures: SignatureTrust,
): MarketEvent {
  const admission = admitOrder(state, candidate, at, signatures);
  switch (admission.outcome) {
    case "rejected":
      return { kind: "order-rejected", changed: false, ...admission.rejection };
    case "known": {
      const { id, sequence } = admission.accepted;
      return { kind: "order-accepted", changed: false, orderId: id, sequence };
    }
    case "new": {
      const { id, order, book, replaced } = admission;
      const sequence = state.sequence + 1;
      const accepted: AcceptedOrder = { id, sequence, acceptedAtMs: at, order, ended: null };
      if (replaced !== null) endOrder(book, replaced, { by: "replacement", sequence });
      addToBook(book, accepted);
      state.orders.set(id, accepted);
      return { kind: "order-accepted", changed: true, orderId: id, sequence: accepted.sequence };
    }
  }
}

function addToBook(book: Book, accepted: AcceptedOrder): void {
  const { siteId, side, energyWh }: SignedOrder = accepted.order;
  const position = book.positions.get(siteId) ?? { side, orderCount: 0, energyWh: 0, placed: [] };
  book.orders.push(accepted);
  position.side = side;
  position.orderCount += 1;
  position.energyWh += energyWh;
  position.placed.push(accepted);
  book.positions.set(siteId, position);
}

function closeGate(state: MarketState, index: IntervalIndex, at: EpochMs): MarketEvent {
  const book = state.books.get(index);
  if (book === undefined) {
    throw new CommonwattError("MARKET_UNKNOWN_INTERVAL", `interval ${index} was never opened`, {
      details: { intervalIndex: index },
    });
  }
  if (book.clearing !== null) return { kind: "gate-closed", changed: false, clearing: book.clearing };
  const seed = `${state.community}/${index}`;
  const clearing = clearBook(book, mechanismOf(state.rules.mechanism), seed, at);
  book.clearing = clearing;
  book.closedHash = bookHash(book);
  return { kind: "gate-closed", changed: true, clearing };
}
