import { defineMechanism } from "./define-mechanism.ts";
import type { Mechanism } from "./mechanism.ts";
import { meritOrder } from "./merit-order.ts";
import { allocate, energyOf, pairAllocations } from "./pair-allocations.ts";
import { inDrawnOrder } from "./trader-rank.ts";

/**
 * The strongly budget-balanced auction (Segal-Halevi, Hassidim and Aumann 2016, "SBBA", SAGT,
 * arXiv 1607.05139).
 *
 * With K bids and L offers filled in the best allocation, the price is the limit of offer L+1 when that is at
 * most the limit of bid K: then all trade at it. Else the price is the limit of bid K, which does not trade:
 * bids 1 … K−1 do, with offers out of 1 … L that a lottery picks, one after the other, by nothing but the seed
 * and the traders' names. One price for everyone, and nothing is left for an operator. With orders of one
 * energy K = L and this is the paper's rule, which is truthful and loses at most one of K trades on average.
 * Costs O(n log n).
 */
export function sbba(): Mechanism {
  return defineMechanism({
    name: "sbba",
    source: "Segal-Halevi, Hassidim and Aumann 2016",
    kPerMille: null,
    promises: {
      efficient: false,
      operator: "zero",
      truthfulFor: "unit-traders",
      leavesNoCrossing: false,
      losesOneTradeAtMost: true,
      onePricePerTrade: true,
      needs: "nothing",
    },
    decide(orders, { seed }) {
      const { bids, offers, bought, sold } = meritOrder(orders, seed);
      const lastBid = bids[bought.length - 1];
      const nextOffer = offers[sold.length];
      if (lastBid === undefined) return { trades: [] };
      const isReduced = nextOffer === undefined || nextOffer.limitPrice > lastBid.limitPrice;
      const price = (isReduced ? lastBid : nextOffer).limitPrice;
      const buying = bids.slice(0, bought.length - 1);
      const selling = inDrawnOrder(offers.slice(0, sold.length), seed, "lottery");
      const pairs = isReduced
        ? pairAllocations(allocate(buying, energyOf(buying)), allocate(selling, energyOf(buying)))
        : pairAllocations(bought, sold);
      return { trades: pairs.map((pair) => ({ ...pair, buyerPrice: price, sellerPrice: price })) };
    },
  });
}
