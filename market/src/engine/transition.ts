import assert from "node:assert/strict";
import {
  CommonwattError,
  type DeliveryInterval,
  type EpochMs,
  epochMs,
  type IntervalIndex,
} from "@commonwatt/vpp-core";
import { BOOK_PHASE } from "../book/layout.ts";
import { openBook } from "../book/open-book.ts";
import type { SignatureTrust } from "./admit-order.ts";
import { advanceMarket, dueAtMs } from "./advance-market.ts";
import { cancelFromChain, cancelOrders } from "./cancel-orders.ts";
import { clearBook } from "./clear-book.ts";
import { forgetBefore } from "./forget-books.ts";
import type { MarketEvent, MarketInput, RegisterChanged } from "./market-input.ts";
import { assertMarketRules, SELF_TRADE_POLICIES, ticksOf } from "./market-rules.ts";
import type { Book, MarketState } from "./market-state.ts";
import { placeOrder } from "./place-order.ts";
import { siteRegister } from "./site-register.ts";
import { bookHash, canonicalJson } from "./state-hash.ts";

/** Inputs that must find the market as it is at their time. */
const TIMED_KINDS: ReadonlySet<MarketInput["kind"]> = new Set([
  "order-submitted",
  "cancel-submitted",
  "chain-cancelled",
  "gate-closed",
]);

/** Takes one input into the state, which stays as it was when this throws. See `MarketEngine.apply`. */
export function transition(state: MarketState, input: MarketInput, signatures: SignatureTrust): MarketEvent {
  const due = TIMED_KINDS.has(input.kind) ? dueAtMs(state) : null;
  assert(due === null || due > input.atMs, "what is due by time comes before anything else");
  const event = eventOf(state, input, signatures);
  if (event.changed) state.sequence++;
  return event;
}

function eventOf(state: MarketState, input: MarketInput, signatures: SignatureTrust): MarketEvent {
  switch (input.kind) {
    case "register-changed":
      return setRegister(state, input);
    case "interval-opened":
      return openInterval(state, input);
    case "time-advanced":
      return advanceMarket(state, input.atMs);
    case "order-submitted":
      return placeOrder(state, input.order, input.atMs, signatures);
    case "cancel-submitted":
      return cancelOrders(state, input.cancel, input.atMs, signatures);
    case "chain-cancelled":
      return cancelFromChain(state, input.cancel, input.atMs);
    case "gate-closed":
      return closeGate(state, input.intervalIndex, input.atMs);
  }
}

function setRegister(state: MarketState, { sites, rules, ...given }: RegisterChanged): MarketEvent {
  const domain = given.domain ?? null;
  const register = siteRegister(sites);
  assertMarketRules(rules);
  const before = canonicalJson([state.domain, state.rules, [...state.sites.values()]]);
  const isFirst = state.sequence === 0;
  if (canonicalJson(domain) !== canonicalJson(state.domain)) assertNothingOpen(state);
  state.domain = domain;
  state.rules = rules;
  state.sites = register;
  for (const siteId of register.keys()) {
    if (!state.siteNumbers.has(siteId)) state.siteNumbers.set(siteId, state.siteNumbers.size);
  }
  return {
    kind: "register-set",
    changed: isFirst || before !== canonicalJson([domain, rules, [...register.values()]]),
  };
}

/** Orders that are signed for one contract cannot be settled before another. */
function assertNothingOpen({ books }: MarketState): void {
  for (const { clearing, orders, interval } of books.values()) {
    if (clearing !== null || orders.length === 0) continue;
    const message = `interval ${interval.index} has orders that are signed for another contract: let it clear first`;
    throw new CommonwattError("MARKET_OTHER_CONTRACT", message, {
      details: { intervalIndex: interval.index },
    });
  }
}

function openInterval(
  state: MarketState,
  { interval, atMs, gateClosesMs = interval.startMs }: MarketInput & { readonly kind: "interval-opened" },
): MarketEvent {
  const { index, startMs, endMs } = interval;
  const known = state.books.get(index)?.interval;
  if (known === undefined && endMs <= state.forgottenMs) {
    const message = `interval ${index} is so old that the market may have traded and forgotten it`;
    throw new CommonwattError("MARKET_INTERVAL_FORGOTTEN", message, { details: { intervalIndex: index } });
  }
  if (known === undefined) {
    state.books.set(index, emptyBook(state, { index, startMs, endMs }, gateClosesMs, atMs));
  } else if (known.startMs !== startMs || known.endMs !== endMs) {
    throw new CommonwattError("MARKET_INTERVAL_CONFLICT", `interval ${index} was opened with another time`, {
      details: { intervalIndex: index, startMs, knownStartMs: known.startMs, endMs, knownEndMs: known.endMs },
    });
  }
  return { kind: "interval-open", changed: known === undefined };
}

function emptyBook(
  { rules, arena }: MarketState,
  interval: DeliveryInterval,
  wantedMs: EpochMs,
  at: EpochMs,
): Book {
  const { callPhaseMs, priceTick, limitPriceMax, selfTrade } = rules;
  const gateClosesMs = epochMs(Math.min(wantedMs, interval.startMs));
  const callFromMs = callPhaseMs === 0 ? null : epochMs(gateClosesMs - callPhaseMs);
  const phase = callFromMs !== null && callFromMs <= at ? "call" : "continuous";
  const handle = openBook(
    arena,
    interval.index | 0,
    ticksOf(rules),
    SELF_TRADE_POLICIES[selfTrade],
    phase === "call" ? BOOK_PHASE.CALL : BOOK_PHASE.CONTINUOUS,
  );
  if (handle < 0) {
    const message = `the market has no room for interval ${interval.index}: too many are open`;
    throw new CommonwattError("MARKET_FULL", message, { details: { intervalIndex: interval.index } });
  }
  return {
    ...{ interval, gateClosesMs, callFromMs, handle, phase, prices: { priceTick, limitPriceMax } },
    ...{ orders: [], positions: new Map(), cancels: new Map(), trades: [] },
    ...{ clearing: null, closedHash: null },
  };
}

function closeGate(state: MarketState, index: IntervalIndex, at: EpochMs): MarketEvent {
  const book = state.books.get(index);
  if (book === undefined) {
    throw new CommonwattError("MARKET_UNKNOWN_INTERVAL", `interval ${index} was never opened`, {
      details: { intervalIndex: index },
    });
  }
  if (book.clearing !== null) return { kind: "gate-closed", changed: false, clearing: book.clearing };
  const clearing = clearBook(state, book, at);
  book.clearing = clearing;
  book.closedHash = bookHash(book);
  forgetBefore(state, at - state.rules.historyMs);
  return { kind: "gate-closed", changed: true, clearing };
}
