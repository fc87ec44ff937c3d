import assert from "node:assert/strict";
import { type Hex, type WattHours, wattHours } from "@commonwatt/vpp-core";

/** How much of an order is filled. */
export interface Allocation {
  readonly orderId: Hex;
  readonly energyWh: WattHours;
}

/** `energyWh` of a bid and an offer that belong together. */
export interface Pair {
  readonly bidId: Hex;
  readonly offerId: Hex;
  readonly energyWh: WattHours;
}

/**
 * Pairs filled bids with filled offers: both sides are walked in the order given, each step pairs what the
 * two orders at hand still have in common. Makes at most `bids + offers − 1` pairs. Both sides must hold the
 * same energy.
 */
export function pairAllocations(bids: readonly Allocation[], offers: readonly Allocation[]): readonly Pair[] {
  const pairs: Pair[] = [];
  let offerAt = 0;
  let offeredWh: number = offers[0]?.energyWh ?? 0;
  for (const bid of bids) {
    for (let wantedWh: number = bid.energyWh; wantedWh > 0; ) {
      const offer = offers[offerAt];
      assert(offer !== undefined, "more bid than offered");
      const energyWh = wattHours(Math.min(wantedWh, offeredWh));
      pairs.push({ bidId: bid.orderId, offerId: offer.orderId, energyWh });
      wantedWh -= energyWh;
      offeredWh -= energyWh;
      if (offeredWh === 0) offeredWh = offers[++offerAt]?.energyWh ?? 0;
    }
  }
  assert(offerAt === offers.length, "more offered than bid");
  return pairs;
}
