import { type MoneyNano, moneyNano } from "@commonwatt/vpp-core";
import type { BookOrder } from "../mechanisms/mechanism.ts";

/** The best that a book allows. */
export interface Optimum {
  /** The most energy that reaches the best welfare. */
  readonly volumeWh: number;
  readonly welfare: MoneyNano;
}

/**
 * The best welfare of a book, and the most energy that reaches it: the dearest bids meet the cheapest offers
 * as long as a bid is worth its offer. Exact; costs O(n log n). Written apart from the mechanisms, which are
 * measured by it.
 */
export function optimumOf(orders: readonly BookOrder[]): Optimum {
  const bids = orders.filter(({ side }) => side === "bid").sort((a, b) => b.limitPrice - a.limitPrice);
  const offers = orders.filter(({ side }) => side === "offer").sort((a, b) => a.limitPrice - b.limitPrice);
  let welfare = 0n;
  let volumeWh = 0;
  let [bidAt, offerAt, usedBidWh, usedOfferWh] = [0, 0, 0, 0];
  for (;;) {
    const [bid, offer] = [bids[bidAt], offers[offerAt]];
    if (bid === undefined || offer === undefined || bid.limitPrice < offer.limitPrice) break;
    const energyWh = Math.min(bid.energyWh - usedBidWh, offer.energyWh - usedOfferWh);
    welfare += BigInt(energyWh) * BigInt(bid.limitPrice - offer.limitPrice);
    volumeWh += energyWh;
    usedBidWh += energyWh;
    usedOfferWh += energyWh;
    if (usedBidWh === bid.energyWh) [bidAt, usedBidWh] = [bidAt + 1, 0];
    if (usedOfferWh === offer.energyWh) [offerAt, usedOfferWh] = [offerAt + 1, 0];
  }
  return { volumeWh, welfare: moneyNano(welfare) };
}

/**
 * The most energy that can change hands when every bid may be paired with any offer it would pay for, each pair at
 * a price of its own: at least the volume of the optimum, at no more than its welfare. Costs O(n log n).
 */
export function mostPairableWh(orders: readonly BookOrder[]): number {
  const rising = orders.toSorted((a, b) => a.limitPrice - b.limitPrice || (a.side === "offer" ? -1 : 1));
  let volumeWh = 0;
  let offeredWh = 0;
  // Whatever a low bid can pay for, a higher one can as well: so the lowest takes first, from whatever there is.
  for (const { side, energyWh } of rising) {
    if (side === "offer") offeredWh += energyWh;
    else {
      const pairedWh = Math.min(energyWh, offeredWh);
      volumeWh += pairedWh;
      offeredWh -= pairedWh;
    }
  }
  return volumeWh;
}
