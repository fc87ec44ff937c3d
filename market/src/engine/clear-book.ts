import assert from "node:assert/strict";
import {
  type Clearing,
  type ContinuousTrading,
  type CurveStep,
  type EpochMs,
  type Hex,
  type OrderSide,
  type PriceMicroPerKwh,
  priceMicroPerKwh,
  type Trade,
  wattHours,
} from "@commonwatt/vpp-core";
import { type BookEvent, clearEvents, takeEvents } from "../book/book-event.ts";
import { clearCall } from "../book/call-auction.ts";
import { closeBook, openCall, releaseBook } from "../book/open-book.ts";
import type { BookOrder } from "../mechanisms/mechanism.ts";
import { mechanismOf } from "../mechanisms/mechanism-registry.ts";
import type { Pair } from "../mechanisms/pair-allocations.ts";
import { priceLevels } from "../mechanisms/price-level.ts";
import { type AcceptedOrder, type Book, type MarketState, restingOrders } from "./market-state.ts";
import { pairFills } from "./pair-fills.ts";
import { hashOf } from "./state-hash.ts";

/** A trade of the call auction, before it has a name. */
type CallTrade = Pair & { readonly price: PriceMicroPerKwh };

/**
 * Closes the gate of a book: what rests goes into the call auction, and what is left ends. A gate that closes
 * at or after the start of delivery is too late, since nobody could still plan for what they traded: the book
 * is void and there is no auction.
 */
export function clearBook(state: MarketState, book: Book, closedAt: EpochMs): Clearing {
  const resting = restingOrders(book);
  const orders = resting.map(toBookOrder);
  const isVoid = closedAt >= book.interval.startMs;
  const seed = `${state.community}/${book.interval.index}`;
  const made = isVoid || orders.length === 0 ? [] : callTrades(state, book, orders, seed);
  addCallTrades(state, book, made);
  endBook(state, book, resting);
  const trades = book.trades.map(({ trade }) => trade);
  return {
    intervalIndex: book.interval.index,
    status: isVoid ? "void" : "cleared",
    clearedAtMs: closedAt,
    clearingPrice: onePrice(made),
    volumeWh: energyOf(trades),
    continuous: continuousTrading(trades.filter(({ phase }) => phase === "continuous")),
    bidCount: orders.filter((order) => order.side === "bid").length,
    offerCount: orders.filter((order) => order.side === "offer").length,
    demand: curve(orders, "bid"),
    supply: curve(orders, "offer"),
    trades,
  };
}

function toBookOrder({ id, order, openWh }: AcceptedOrder): BookOrder {
  const { siteId, side, limitPrice } = order;
  return { id, trader: siteId, side, energyWh: wattHours(openWh), limitPrice };
}

/** One side of the book as steps, equal prices together. */
function curve(orders: readonly BookOrder[], side: OrderSide): readonly CurveStep[] {
  return priceLevels(orders, side).map(({ price, energyWh }) => ({ price, energyWh }));
}

/** The auction: the matching core's own at a uniform price, or the mechanism that the rules name. */
function callTrades(
  state: MarketState,
  book: Book,
  orders: readonly BookOrder[],
  seed: string,
): readonly CallTrade[] {
  const mechanism = mechanismOf(state.rules.mechanism);
  if (mechanism.name === "uniform-price") return uniformTrades(state, book, mechanism.kPerMille ?? 500, seed);
  return mechanism
    .clear(orders, { seed })
    .trades.map(({ bidId, offerId, energyWh, buyerPrice, sellerPrice }) => {
      assert(buyerPrice === sellerPrice, "a trade of the market has one price");
      return { bidId, offerId, energyWh, price: buyerPrice };
    });
}

function uniformTrades(
  { arena, resting }: MarketState,
  book: Book,
  kPerMille: number,
  seed: string,
): readonly CallTrade[] {
  assert(openCall(arena, book.handle) === 0, "an open book can begin its call phase");
  const outcome = clearCall(arena, book.handle, kPerMille, drawSeed(seed));
  assert(typeof outcome === "object", "a book in its call phase can be cleared");
  if (outcome.tick === null) return [];
  const price = priceMicroPerKwh(outcome.tick * book.prices.priceTick);
  const filled = takeEvents(arena).map(({ order, quantity }: BookEvent) => {
    const accepted = resting.get(order.slot);
    assert(accepted !== undefined, "what is filled was resting");
    const { siteId, side, limitPrice } = accepted.order;
    return { siteId, side, limitPrice, orderId: accepted.id, energyWh: wattHours(quantity) };
  });
  return pairFills(filled).map((pair) => ({ ...pair, price }));
}

/** The number that the core draws by: the first four bytes of the seed's hash. */
export function drawSeed(seed: string): number {
  return Number.parseInt(hashOf(seed).slice(2, 10), 16) | 0;
}

function addCallTrades(state: MarketState, book: Book, made: readonly CallTrade[]): void {
  const { index } = book.interval;
  const orderOf = (id: Hex): AcceptedOrder => {
    const accepted = state.orders.get(id);
    assert(accepted?.order.intervalIndex === index, "a mechanism may only match orders of its book");
    return accepted;
  };
  for (const { bidId, offerId, energyWh, price } of made) {
    const [bid, offer] = [orderOf(bidId), orderOf(offerId)];
    const { siteId: sellerId } = offer.order;
    const { siteId: buyerId } = bid.order;
    assert(sellerId !== buyerId, "a site never trades with itself");
    bid.filledWh += energyWh;
    offer.filledWh += energyWh;
    const id = `${index}-${book.trades.length + 1}`;
    const trade: Trade = {
      ...{ id, intervalIndex: index, sellerId, buyerId, bidId, offerId, energyWh, price },
      phase: "call",
    };
    book.trades.push({ trade, sequence: state.sequence + 1 });
  }
}

/** Ends what is left, and gives the book's room in the arena back. */
function endBook(
  { arena, resting: slots }: MarketState,
  book: Book,
  resting: readonly AcceptedOrder[],
): void {
  closeBook(arena, book.handle);
  clearEvents(arena);
  releaseBook(arena, book.handle);
  for (const accepted of resting) {
    slots.delete(accepted.slot);
    accepted.slot = 0;
    accepted.openWh = 0;
  }
  book.phase = "closed";
}

function onePrice(trades: readonly { readonly price: PriceMicroPerKwh }[]): PriceMicroPerKwh | null {
  const [first] = trades;
  return first !== undefined && trades.every(({ price }) => price === first.price) ? first.price : null;
}

function energyOf(trades: readonly Trade[]): Trade["energyWh"] {
  return wattHours(trades.reduce((sum, { energyWh }) => sum + energyWh, 0));
}

function continuousTrading(trades: readonly Trade[]): ContinuousTrading {
  const volumeWh = energyOf(trades);
  const prices = trades.map(({ price }) => price);
  const isEmpty = trades.length === 0;
  const worth = trades.reduce((sum, { price, energyWh }) => sum + BigInt(price) * BigInt(energyWh), 0n);
  return {
    volumeWh,
    tradeCount: trades.length,
    lowPrice: isEmpty ? null : priceMicroPerKwh(Math.min(...prices)),
    highPrice: isEmpty ? null : priceMicroPerKwh(Math.max(...prices)),
    meanPrice: isEmpty ? null : priceMicroPerKwh(Number(worth / BigInt(volumeWh))),
  };
}
