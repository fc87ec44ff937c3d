import { defineMechanism, perMille } from "./define-mechanism.ts";
import type { Mechanism } from "./mechanism.ts";
import { meritOrder } from "./merit-order.ts";
import { mixedPrice } from "./mixed-price.ts";
import { pairAllocations } from "./pair-allocations.ts";

/**
 * The discriminatory auction: the best bids trade with the best offers, and each pair has a price of its own
 * between its limits, the same for both (Nicolaisen, Petrov and Tesfatsion 2001, IEEE Transactions on
 * Evolutionary Computation 5:504, for k = ½).
 *
 * Price of a pair: `offer + ⌊(bid − offer)·k⌋`. Costs O(n log n).
 * @param kPerMille - k in thousandths: 1000 pays as bid, 0 as offered, 500 the middle.
 */
export function payAsBid(kPerMille: number = 1000): Mechanism {
  const k = perMille(kPerMille);
  return defineMechanism({
    name: "pay-as-bid",
    source: "Nicolaisen, Petrov and Tesfatsion 2001",
    kPerMille: k,
    promises: {
      efficient: true,
      operator: "zero",
      truthfulFor: "nobody",
      leavesNoCrossing: true,
      losesOneTradeAtMost: true,
      onePricePerTrade: true,
      needs: "nothing",
    },
    decide(orders, { seed }) {
      const { bought, sold } = meritOrder(orders, seed);
      const limits = new Map(orders.map((order) => [order.id, order.limitPrice]));
      return {
        trades: pairAllocations(bought, sold).map((pair) => {
          const price = mixedPrice(limits.get(pair.offerId), limits.get(pair.bidId), k);
          return { ...pair, buyerPrice: price, sellerPrice: price };
        }),
      };
    },
  });
}
