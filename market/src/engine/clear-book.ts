import assert from "node:assert/strict";
import {
  type Clearing,
  type CurveStep,
  type EpochMs,
  type Hex,
  type OrderSide,
  type Trade,
  wattHours,
} from "@commonwatt/vpp-core";
import type { BookOrder, Mechanism, MechanismTrade } from "../mechanisms/mechanism.ts";
import { priceLevels } from "../mechanisms/price-level.ts";
import { type AcceptedOrder, type Book, liveOrders } from "./market-state.ts";

/**
 * Clears a book by a mechanism, whose draws follow from `seed`. A gate that closes at or after the start of
 * delivery is too late, since nobody could still plan for what they traded: the book is void, its orders
 * expire and nobody trades.
 */
export function clearBook(book: Book, mechanism: Mechanism, seed: string, closedAt: EpochMs): Clearing {
  const orders = liveOrders(book).map(toBookOrder);
  const isVoid = closedAt >= book.interval.startMs;
  const outcome = isVoid ? null : mechanism.clear(orders, { seed });
  return {
    intervalIndex: book.interval.index,
    status: isVoid ? "void" : "cleared",
    clearedAtMs: closedAt,
    clearingPrice: outcome?.clearingPrice ?? null,
    volumeWh: outcome?.volumeWh ?? wattHours(0),
    continuous: { volumeWh: wattHours(0), tradeCount: 0, lowPrice: null, highPrice: null, meanPrice: null },
    bidCount: orders.filter((order) => order.side === "bid").length,
    offerCount: orders.filter((order) => order.side === "offer").length,
    demand: curve(orders, "bid"),
    supply: curve(orders, "offer"),
    trades: outcome === null ? [] : tradesOf(book, outcome.trades),
  };
}

function toBookOrder({ id, order }: AcceptedOrder): BookOrder {
  const { siteId, side, energyWh, limitPrice } = order;
  return { id, trader: siteId, side, energyWh, limitPrice };
}

/** One side of the book as steps, equal prices together. */
function curve(orders: readonly BookOrder[], side: OrderSide): readonly CurveStep[] {
  return priceLevels(orders, side).map(({ price, energyWh }) => ({ price, energyWh }));
}

function tradesOf(book: Book, trades: readonly MechanismTrade[]): readonly Trade[] {
  const siteOf = new Map(book.orders.map(({ id, order }) => [id, order.siteId]));
  const owner = (id: Hex): Trade["sellerId"] => {
    const site = siteOf.get(id);
    assert(site !== undefined, "a mechanism may only match orders of its book");
    return site;
  };
  return trades.map(({ bidId, offerId, energyWh, buyerPrice, sellerPrice }, i) => {
    const sellerId = owner(offerId);
    const buyerId = owner(bidId);
    assert(sellerId !== buyerId, "a site never trades with itself");
    assert(buyerPrice === sellerPrice, "a trade of the market has one price");
    return {
      id: `${book.interval.index}-${i + 1}`,
      intervalIndex: book.interval.index,
      sellerId,
      buyerId,
      bidId,
      offerId,
      energyWh,
      price: buyerPrice,
      phase: "call",
    };
  });
}
