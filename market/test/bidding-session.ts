import {
  type PriceMicroPerKwh,
  priceMicroPerKwh,
  type Random,
  siteId,
  wattHours,
} from "@commonwatt/vpp-core";
import type { Bidder, Valuation } from "../src/bidders/bidder.ts";
import type { BookOrder } from "../src/mechanisms/mechanism.ts";
import { payAsBid } from "../src/mechanisms/pay-as-bid.ts";
import { optimumOf } from "../src/oracle/optimum.ts";

/** Someone with one Wh to trade. */
interface Participant<Memory> {
  readonly valuation: Valuation;
  /** An order at the value. */
  readonly truth: BookOrder;
  memory: Memory;
}

/** What a day came to. */
export interface DayResult {
  /** Gains of all who traded, at their values, as a share of the best possible. */
  readonly efficiency: number;
  readonly prices: readonly PriceMicroPerKwh[];
}

/** The symmetric market of Cliff and Bruten: eleven of each side, valued .75, 1, … 3.25, a tenth of it per kWh. */
export const SYMMETRIC: readonly Valuation[] = (["bid", "offer"] as const).flatMap((side) =>
  Array.from({ length: 11 }, (_, i) => ({ side, value: priceMicroPerKwh(75_000 + 25_000 * i) })),
);

const SHOUTS_PER_TRADER = 100;
/** At the price of who was there before. */
const mechanism = { bid: payAsBid(0), offer: payAsBid(1000) };

/**
 * Days of a continuous double auction made of call auctions: someone drawn by chance writes an order, which
 * takes the place of their last one, and the book is cleared at once, at the price of who was there before. A
 * trade voids all other orders, as in the experiments of Gode and Sunder. A day ends when everyone could write
 * a hundred orders. Each trader hears every order, has one Wh to trade anew each day, and keeps its memory, as
 * in the experiments of Cliff and Bruten.
 */
export function tradingDays<Memory>(
  bidder: Bidder<Memory>,
  valuations: readonly Valuation[],
  priceMax: number,
  days: number,
  random: Random,
): readonly DayResult[] {
  const all = valuations.map((valuation, i) => participant(bidder, valuation, i, random));
  const best = Number(optimumOf(all.map(({ truth }) => truth)).welfare);
  return Array.from({ length: days }, () => {
    const trades = tradeAll(bidder, all, priceMax, random);
    const gained = trades.reduce((sum, { gain }) => sum + gain, 0);
    return { efficiency: gained / best, prices: trades.map(({ price }) => price) };
  });
}

interface DayTrade {
  readonly price: PriceMicroPerKwh;
  readonly gain: number;
}

function tradeAll<Memory>(
  bidder: Bidder<Memory>,
  all: readonly Participant<Memory>[],
  priceMax: number,
  random: Random,
): readonly DayTrade[] {
  const active = new Map(all.map((one) => [one.truth.id, one]));
  const book = new Map<string, BookOrder>();
  const trades: DayTrade[] = [];
  const shoutsMax = SHOUTS_PER_TRADER * all.length;
  for (let shouts = 0; shouts < shoutsMax && active.size > 0; shouts++) {
    const caller = [...active.values()][random.integer(0, active.size - 1)];
    if (caller === undefined) break;
    const { side } = caller.valuation;
    const moment = {
      priceMin: priceMicroPerKwh(0),
      priceMax: priceMicroPerKwh(priceMax),
      progress: shouts / shoutsMax,
    };
    const limitPrice = bidder.limitPrice(caller.valuation, moment, caller.memory, random);
    const order = { ...caller.truth, limitPrice };
    book.set(order.id, order);
    const crossing = [...book.values()].filter((other) => crosses(order, other));
    // Most orders meet nobody, and a clearing of one order is nothing.
    const [trade] =
      crossing.length === 0 ? [] : mechanism[side].clear([order, ...crossing], { seed: "" }).trades;
    if (trade !== undefined) {
      const [value, cost] = [trade.bidId, trade.offerId].map((id) => active.get(id)?.truth.limitPrice);
      trades.push({ price: trade.buyerPrice, gain: (value ?? Number.NaN) - (cost ?? Number.NaN) });
      for (const id of [trade.bidId, trade.offerId]) active.delete(id);
      book.clear();
    }
    const shout = { side, price: trade?.buyerPrice ?? limitPrice, isTraded: trade !== undefined };
    for (const one of all) {
      one.memory = bidder.hear(one.valuation, shout, one.memory, random, active.has(one.truth.id));
    }
  }
  return trades;
}

function crosses(order: BookOrder, other: BookOrder): boolean {
  if (order.side === other.side) return false;
  return order.side === "bid" ? order.limitPrice >= other.limitPrice : order.limitPrice <= other.limitPrice;
}

function participant<Memory>(
  bidder: Bidder<Memory>,
  valuation: Valuation,
  at: number,
  random: Random,
): Participant<Memory> {
  const { side, value } = valuation;
  const id = `0x${at.toString(16).padStart(4, "0")}` as const;
  const truth = { id, trader: siteId(`trader-${at}`), side, energyWh: wattHours(1), limitPrice: value };
  return { valuation, truth, memory: bidder.begin(valuation, random) };
}

/** Standard deviation of the prices around the equilibrium of the symmetric market, as a share of it. */
export function smithsAlpha({ prices }: DayResult): number {
  const squares = prices.reduce((sum, price) => sum + (price - 200_000) ** 2, 0);
  return Math.sqrt(squares / prices.length) / 200_000;
}
