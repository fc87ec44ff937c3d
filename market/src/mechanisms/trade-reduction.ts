import { wattHours } from "@commonwatt/vpp-core";
import { defineMechanism } from "./define-mechanism.ts";
import type { BookOrder, ClearingDecision, Mechanism } from "./mechanism.ts";
import { type MeritOrder, meritOrder } from "./merit-order.ts";
import { type Allocation, energyOf, pairAllocations } from "./pair-allocations.ts";
import { proRata } from "./pro-rata.ts";
import { inDrawnOrder } from "./trader-rank.ts";

/**
 * Trade reduction: the last pair that could trade sets the prices and does not trade (the reduction step of
 * McAfee 1992, Journal of Economic Theory 56:434).
 *
 * With K orders filled on the side of the bids and L on the side of the offers in the best allocation, bids
 * 1 … K−1 pay the limit of bid K and offers 1 … L−1 get the limit of offer L. With orders of one energy K = L
 * and these are the paper's pairs. With others the longer side is cut in proportion to energy, so that no
 * limit decides how much anyone gets. The difference of the prices is the operator's. Costs O(n log n).
 */
export function tradeReduction(): Mechanism {
  return defineMechanism({
    name: "trade-reduction",
    source: "McAfee 1992",
    kPerMille: null,
    promises: {
      efficient: false,
      operator: "surplus",
      truthfulFor: "single-orders",
      leavesNoCrossing: false,
      losesOneTradeAtMost: true,
      onePricePerTrade: false,
      needs: "nothing",
    },
    decide: (orders, { seed }) => reduceTrade(meritOrder(orders, seed), seed),
  });
}

/** Leaves out the last bid and the last offer that could trade; they set the prices of the others. */
export function reduceTrade(merit: MeritOrder, seed: string): ClearingDecision {
  return tradeInside(merit, (orders, energyWh) =>
    proRata(inDrawnOrder(orders, seed, "share"), wattHours(energyWh)),
  );
}

/** Shares energy among orders that ask for more. */
export type Rationing = (orders: readonly BookOrder[], energyWh: number) => readonly Allocation[];

/** Trades what stands before the last bid and the last offer that could trade, at their limits. */
export function tradeInside(merit: MeritOrder, ration: Rationing): ClearingDecision {
  const lastBid = merit.bids[merit.bought.length - 1];
  const lastOffer = merit.offers[merit.sold.length - 1];
  if (lastBid === undefined || lastOffer === undefined) return { trades: [] };
  const bids = merit.bids.slice(0, merit.bought.length - 1);
  const offers = merit.offers.slice(0, merit.sold.length - 1);
  const energyWh = Math.min(energyOf(bids), energyOf(offers));
  const pairs = pairAllocations(ration(bids, energyWh), ration(offers, energyWh));
  const prices = { buyerPrice: lastBid.limitPrice, sellerPrice: lastOffer.limitPrice };
  return { trades: pairs.map((pair) => ({ ...pair, ...prices })) };
}
