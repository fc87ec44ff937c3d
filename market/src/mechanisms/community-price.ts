import assert from "node:assert/strict";
import {
  divCeil,
  divFloor,
  type PriceMicroPerKwh,
  priceMicroPerKwh,
  type Tariff,
  wattHours,
} from "@commonwatt/vpp-core";
import type { BookOrder, ClearingDecision, GridTrade, MechanismPromises } from "./mechanism.ts";
import { type Allocation, energyOf, pairAllocations } from "./pair-allocations.ts";
import { proRata } from "./pro-rata.ts";
import { inDrawnOrder } from "./trader-rank.ts";

/** What a rule that prices a community as a whole promises. */
export const COMMUNITY_PROMISES: MechanismPromises = {
  efficient: false,
  operator: "rounding",
  truthfulFor: "nobody",
  leavesNoCrossing: false,
  losesOneTradeAtMost: false,
  onePricePerTrade: false,
  needs: "tariff",
};

/** What a community wants, what it has, and what the grid charges and pays. */
export interface CommunityNeed {
  /** What all bids ask for, above zero where buyers are priced. */
  readonly demandWh: bigint;
  /** What all offers have, above zero where sellers are priced. */
  readonly surplusWh: bigint;
  readonly retailPrice: bigint;
  readonly feedInPrice: bigint;
}

/** A price as an exact quotient, its divisor above zero. */
export interface ExactPrice {
  readonly dividend: bigint;
  readonly divisor: bigint;
}

/** How a community prices the energy that its members buy and sell, from the grid or from each other. */
export interface PriceRule {
  /** The least that an offer may be sure to get under the rule; offers that ask for more are left out. */
  readonly sellerPriceMin: "feed-in" | "nothing";
  buyerPrice(need: CommunityNeed): ExactPrice;
  sellerPrice(need: CommunityNeed): ExactPrice;
}

/**
 * Prices a community as a whole: every bid and every offer is filled, from each other as far as it goes and
 * by the grid beyond, and all buyers have one price, all sellers another. The longer side shares the
 * neighbours in proportion to energy.
 *
 * Such rules take no limits, so they only take orders whose limits no price of theirs can pass: bids that
 * would pay the retailer's price, and offers that would take the least the rule can set. Others are left out,
 * so that still nobody trades against a limit.
 *
 * Buyers' prices are rounded up and sellers' down to whole micros; the difference, less than one nano for each
 * Wh, is the operator's. The exact prices must balance with the grid's bill. Costs O(n log n).
 */
export function clearCommunity(
  orders: readonly BookOrder[],
  seed: string,
  tariff: Tariff | undefined,
  rule: PriceRule,
): ClearingDecision {
  assert(tariff !== undefined, "a community's prices need the tariff");
  const { retailPrice, feedInPrice } = tariff;
  assert(
    0 <= feedInPrice && feedInPrice <= retailPrice,
    "the feed-in price lies between zero and the retail price",
  );
  const offerLimitMax = rule.sellerPriceMin === "feed-in" ? feedInPrice : 0;
  const drawn = inDrawnOrder(orders, seed, "share");
  const bids = drawn.filter((order) => order.side === "bid" && order.limitPrice >= retailPrice);
  const offers = drawn.filter((order) => order.side === "offer" && order.limitPrice <= offerLimitMax);
  const energyWh = Math.min(energyOf(bids), energyOf(offers));
  const need = {
    demandWh: BigInt(energyOf(bids)),
    surplusWh: BigInt(energyOf(offers)),
    retailPrice: BigInt(retailPrice),
    feedInPrice: BigInt(feedInPrice),
  };
  const buyerPrice = bids.length === 0 ? retailPrice : rounded(rule.buyerPrice(need), divCeil);
  const sellerPrice = offers.length === 0 ? feedInPrice : rounded(rule.sellerPrice(need), divFloor);
  const bought = proRata(bids, wattHours(energyWh));
  const sold = proRata(offers, wattHours(energyWh));
  return {
    trades: pairAllocations(bought, sold).map((pair) => ({ ...pair, buyerPrice, sellerPrice })),
    gridTrades: [
      ...gridTrades(bids, bought, buyerPrice, retailPrice),
      ...gridTrades(offers, sold, sellerPrice, feedInPrice),
    ],
  };
}

/** What buyers pay when there is too little: the sellers' price for what sellers have, the retailer's for the rest. */
export function buyerPriceBeside(
  { dividend, divisor }: ExactPrice,
  { demandWh, surplusWh, retailPrice }: CommunityNeed,
): ExactPrice {
  return {
    dividend: dividend * surplusWh + retailPrice * (demandWh - surplusWh) * divisor,
    divisor: divisor * demandWh,
  };
}

function rounded(price: ExactPrice, divide: typeof divCeil): PriceMicroPerKwh {
  return priceMicroPerKwh(Number(divide(price.dividend, price.divisor)));
}

/** What the community does not fill. */
function gridTrades(
  orders: readonly BookOrder[],
  filled: readonly Allocation[],
  price: PriceMicroPerKwh,
  gridPrice: PriceMicroPerKwh,
): GridTrade[] {
  const filledWh = new Map(filled.map(({ orderId, energyWh }) => [orderId, energyWh]));
  return orders
    .map(({ id, energyWh }) => ({
      orderId: id,
      energyWh: wattHours(energyWh - (filledWh.get(id) ?? 0)),
      price,
      gridPrice,
    }))
    .filter((trade) => trade.energyWh > 0);
}
