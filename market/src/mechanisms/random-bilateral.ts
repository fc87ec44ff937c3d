import { wattHours } from "@commonwatt/vpp-core";
import { defineMechanism, perMille } from "./define-mechanism.ts";
import type { BookOrder, Mechanism, MechanismTrade } from "./mechanism.ts";
import { mixedPrice } from "./mixed-price.ts";
import { inDrawnOrder } from "./trader-rank.ts";

/** How often everyone who has something left meets someone. */
const ROUNDS = 10;

/**
 * Random bilateral trade (after Blouin and Serrano 2001, Review of Economic Studies 68:323): nobody sees the
 * market, everyone meets someone by chance.
 *
 * In each of ten rounds those with something left are drawn into an order on both sides, and the two at the
 * same place meet. When the bid is worth the offer they trade what both have, at
 * `offer + ⌊(bid − offer)·k⌋`. What is left after the last round stays. Costs O(n log n).
 * @param kPerMille - k in thousandths: 0 gives the price to the buyers, 1000 to the sellers, 500 halves it.
 */
export function randomBilateral(kPerMille: number = 500): Mechanism {
  const k = perMille(kPerMille);
  return defineMechanism({
    name: "random-bilateral",
    source: "Blouin and Serrano 2001",
    kPerMille: k,
    promises: {
      efficient: false,
      operator: "zero",
      truthfulFor: "nobody",
      leavesNoCrossing: false,
      losesOneTradeAtMost: false,
      onePricePerTrade: true,
      needs: "nothing",
    },
    decide(orders, { seed }) {
      const trades: MechanismTrade[] = [];
      let bids = orders.filter((order) => order.side === "bid");
      let offers = orders.filter((order) => order.side === "offer");
      for (let round = 1; round <= ROUNDS && bids.length > 0 && offers.length > 0; round++) {
        const met = meet(
          inDrawnOrder(bids, seed, `bids-${round}`),
          inDrawnOrder(offers, seed, `offers-${round}`),
          k,
        );
        trades.push(...met);
        const tradedWh = energyById(met);
        bids = withoutTraded(bids, tradedWh);
        offers = withoutTraded(offers, tradedWh);
      }
      return { trades };
    },
  });
}

/** The trades of those who stand at the same place. */
function meet(bids: readonly BookOrder[], offers: readonly BookOrder[], kPerMille: number): MechanismTrade[] {
  return bids.flatMap((bid, at) => {
    const offer = offers[at];
    if (offer === undefined || offer.limitPrice > bid.limitPrice) return [];
    const price = mixedPrice(offer.limitPrice, bid.limitPrice, kPerMille);
    const energyWh = wattHours(Math.min(bid.energyWh, offer.energyWh));
    return [{ bidId: bid.id, offerId: offer.id, energyWh, buyerPrice: price, sellerPrice: price }];
  });
}

/** Everyone trades once a round, so an order is in at most one of the trades. */
function energyById(trades: readonly MechanismTrade[]): ReadonlyMap<string, number> {
  return new Map(
    trades.flatMap(({ bidId, offerId, energyWh }) => [
      [bidId, energyWh] as const,
      [offerId, energyWh] as const,
    ]),
  );
}

function withoutTraded(orders: readonly BookOrder[], tradedWh: ReadonlyMap<string, number>): BookOrder[] {
  return orders
    .map((order) => ({ ...order, energyWh: wattHours(order.energyWh - (tradedWh.get(order.id) ?? 0)) }))
    .filter((order) => order.energyWh > 0);
}
