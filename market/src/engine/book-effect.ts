import assert from "node:assert/strict";
import {
  type IntervalIndex,
  type OrderSide,
  priceMicroPerKwh,
  type Trade,
  wattHours,
} from "@commonwatt/vpp-core";
import { type BookEvent, takeEvents } from "../book/book-event.ts";
import type { AcceptedOrder, Book, MarketState, OrderEnd } from "./market-state.ts";

/** Why the energy at a price changed. */
export type LevelCause = "accepted" | "replaced" | "cancelled" | "traded" | "expired" | "self-trade";

/** What an input did to a book, in the order in which it happened. */
export type BookEffect =
  | {
      readonly kind: "level";
      readonly intervalIndex: IntervalIndex;
      readonly side: OrderSide;
      readonly price: number;
      /** Energy that came to this price, or left it (below zero). */
      readonly changeWh: number;
      readonly cause: LevelCause;
    }
  | { readonly kind: "trade"; readonly trade: Trade }
  /** From here on the book's orders wait for its call auction. */
  | { readonly kind: "call-opened"; readonly intervalIndex: IntervalIndex };

/** A change of what rests at the limit price of an order. */
export function levelEffect({ order }: AcceptedOrder, changeWh: number, cause: LevelCause): BookEffect {
  const { intervalIndex, side, limitPrice } = order;
  return { kind: "level", intervalIndex, side, price: limitPrice, changeWh, cause };
}

/** An order that came in: its own slot in the arena tells its events from those of others. */
export interface Incoming {
  readonly accepted: AcceptedOrder;
  readonly slot: number;
  /** What it lost to orders of its own site, where the policy is that both lose. */
  lostWh: number;
}

/**
 * Takes the arena's events of one command into the orders that they are about. `incoming` is the order that
 * came in, if one did; it does not rest yet.
 */
export function takeEffects(
  state: MarketState,
  incoming: Incoming | null,
  sequence: number,
): readonly BookEffect[] {
  return takeEvents(state.arena).flatMap((event) =>
    incoming !== null && event.order.slot === incoming.slot
      ? ownEffects(state, incoming, event, sequence)
      : restingEffects(state, incoming, event, sequence),
  );
}

function ownEffects(
  state: MarketState,
  { accepted, slot }: Incoming,
  { kind, reason, quantity }: BookEvent,
  sequence: number,
): readonly BookEffect[] {
  if (kind === "rested" || kind === "cut") {
    rest(state, accepted, slot, quantity);
    return [levelEffect(accepted, quantity, "accepted")];
  }
  if (kind === "ended")
    accepted.ended = { by: reason === "self-trade" ? "self-trade" : "remainder", sequence };
  return [];
}

/** Puts an order into its slot. */
export function rest(state: MarketState, accepted: AcceptedOrder, slot: number, openWh: number): void {
  accepted.slot = slot;
  accepted.openWh = openWh;
  state.resting.set(slot, accepted);
}

function restingEffects(
  state: MarketState,
  incoming: Incoming | null,
  { kind, order: { slot }, reason, quantity }: BookEvent,
  sequence: number,
): readonly BookEffect[] {
  const maker = state.resting.get(slot);
  assert(maker !== undefined, "what happens in a book happens to an order that rests there");
  switch (kind) {
    case "traded": {
      assert(incoming !== null, "a resting order trades with one that comes in");
      const book = state.books.get(maker.order.intervalIndex);
      assert(book !== undefined, "an order has a book");
      const trade = addTrade(book, maker, incoming.accepted, quantity, sequence);
      takeOut(state, maker, quantity, { by: "filled", sequence });
      return [{ kind: "trade", trade }, levelEffect(maker, -quantity, "traded")];
    }
    case "decremented":
      assert(incoming !== null, "a resting order meets one that comes in");
      incoming.lostWh += quantity;
      takeOut(state, maker, quantity, { by: "self-trade", sequence });
      return [levelEffect(maker, -quantity, "self-trade")];
    case "ended": {
      const by = reason === "expired" ? "expired" : "self-trade";
      takeOut(state, maker, quantity, { by, sequence });
      return [levelEffect(maker, -quantity, by)];
    }
    default:
      throw new assert.AssertionError({ message: `an order that rests cannot be ${kind} by another` });
  }
}

/** Takes energy out of a resting order, which ends when it has nothing left. */
export function takeOut(state: MarketState, accepted: AcceptedOrder, energyWh: number, end: OrderEnd): void {
  accepted.openWh -= energyWh;
  assert(accepted.openWh >= 0, "an order gives no more than it has");
  if (accepted.openWh > 0) return;
  state.resting.delete(accepted.slot);
  accepted.slot = 0;
  accepted.ended = end;
}

function addTrade(
  book: Book,
  maker: AcceptedOrder,
  taker: AcceptedOrder,
  energyWh: number,
  sequence: number,
): Trade {
  const [bid, offer] = maker.order.side === "bid" ? [maker, taker] : [taker, maker];
  const { index } = book.interval;
  const trade: Trade = {
    id: `${index}-${book.trades.length + 1}`,
    intervalIndex: index,
    sellerId: offer.order.siteId,
    buyerId: bid.order.siteId,
    bidId: bid.id,
    offerId: offer.id,
    energyWh: wattHours(energyWh),
    price: priceMicroPerKwh(maker.order.limitPrice),
    phase: "continuous",
  };
  maker.filledWh += energyWh;
  taker.filledWh += energyWh;
  book.trades.push({ trade, sequence });
  return trade;
}
