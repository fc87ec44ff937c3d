import assert from "node:assert/strict";
import { type PriceMicroPerKwh, wattHours } from "@commonwatt/vpp-core";
import type { Allocation, Match } from "./mechanism.ts";

/**
 * Pairs filled bids with filled offers: both sides are walked in the order given, each step matches what
 * the two orders at hand still have in common. Makes at most `bids + offers − 1` matches. Both sides must
 * hold the same energy.
 */
export function pairAllocations(
  bids: readonly Allocation[],
  offers: readonly Allocation[],
  price: PriceMicroPerKwh,
): readonly Match[] {
  const matches: Match[] = [];
  let offerAt = 0;
  let offeredWh: number = offers[0]?.energyWh ?? 0;
  for (const bid of bids) {
    for (let wantedWh: number = bid.energyWh; wantedWh > 0; ) {
      const offer = offers[offerAt];
      assert(offer !== undefined, "more bid than offered");
      const energyWh = wattHours(Math.min(wantedWh, offeredWh));
      matches.push({ bidId: bid.orderId, offerId: offer.orderId, energyWh, price });
      wantedWh -= energyWh;
      offeredWh -= energyWh;
      if (offeredWh === 0) offeredWh = offers[++offerAt]?.energyWh ?? 0;
    }
  }
  assert(offerAt === offers.length, "more offered than bid");
  return matches;
}
