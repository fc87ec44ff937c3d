import { priceMicroPerKwh } from "@commonwatt/vpp-core";
import { defineMechanism } from "./define-mechanism.ts";
import type { Mechanism } from "./mechanism.ts";
import { type MeritOrder, meritOrder } from "./merit-order.ts";
import { pairAllocations } from "./pair-allocations.ts";
import { reduceTrade } from "./trade-reduction.ts";
import { wholeQuotient } from "./whole-quotient.ts";

/**
 * McAfee's dominant-strategy double auction (McAfee 1992, Journal of Economic Theory 56:434).
 *
 * With K pairs in the best allocation, p₀ is the middle of the bid and the offer after them. When it suits the
 * last pair, `offer K ≤ p₀ ≤ bid K`, all K trade at it, rounded down to whole micros; else, or when there is
 * no next bid or offer, the trade is reduced as in {@link reduceTrade}. The surplus of a reduction is the
 * operator's. For orders of one energy it is truthful. With others p₀ comes from the orders after the last
 * ones filled, which may be filled in part, and the promise does not hold. Costs O(n log n).
 */
export function mcAfee(): Mechanism {
  return defineMechanism({
    name: "mcafee",
    source: "McAfee 1992",
    kPerMille: null,
    promises: {
      efficient: false,
      operator: "surplus",
      truthfulFor: "unit-traders",
      leavesNoCrossing: false,
      losesOneTradeAtMost: true,
      onePricePerTrade: false,
      needs: "nothing",
    },
    decide(orders, { seed }) {
      const merit = meritOrder(orders, seed);
      const twice = doublePrice(merit);
      if (twice === null) return reduceTrade(merit, seed);
      const price = priceMicroPerKwh(wholeQuotient(twice, 2));
      const pairs = pairAllocations(merit.bought, merit.sold);
      return { trades: pairs.map((pair) => ({ ...pair, buyerPrice: price, sellerPrice: price })) };
    },
  });
}

/** Twice p₀, exact; `null` when there is none or it does not suit the last pair. */
function doublePrice({ bids, offers, bought, sold }: MeritOrder): number | null {
  const [lastBid, nextBid] = [bids[bought.length - 1], bids[bought.length]];
  const [lastOffer, nextOffer] = [offers[sold.length - 1], offers[sold.length]];
  if (lastBid === undefined || lastOffer === undefined) return null;
  if (nextBid === undefined || nextOffer === undefined) return null;
  const twice = nextBid.limitPrice + nextOffer.limitPrice;
  return 2 * lastOffer.limitPrice <= twice && twice <= 2 * lastBid.limitPrice ? twice : null;
}
