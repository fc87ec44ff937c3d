import assert from "node:assert/strict";
import {
  type Hex,
  type OrderSide,
  type PriceMicroPerKwh,
  type SiteId,
  type WattHours,
  wattHours,
} from "@commonwatt/vpp-core";
import { CallPairing } from "../book/call-pairing.ts";
import { keyOf, SIDE } from "../book/layout.ts";
import type { Pair } from "../mechanisms/pair-allocations.ts";
import { compareTexts } from "../mechanisms/trader-rank.ts";

/** What an order got in a call auction. */
export interface Fill {
  readonly orderId: Hex;
  readonly siteId: SiteId;
  readonly side: OrderSide;
  readonly limitPrice: PriceMicroPerKwh;
  /** What it got, in whole Wh below 2^31. */
  readonly energyWh: WattHours;
}

/**
 * Who trades with whom in a call auction at one price, see {@link CallPairing}: sites stand by their ids, and a
 * site's own orders of one limit that got the same by their own. Both sides must hold the same energy.
 */
export function pairFills(fills: readonly Fill[]): readonly Pair[] {
  const sorted = fills.toSorted(
    (a, b) => compareTexts(a.siteId, b.siteId) || compareTexts(a.orderId, b.orderId),
  );
  // Only the order of limits matters: the prices that occur are its ticks.
  const prices = [...new Set(sorted.map(({ limitPrice }) => limitPrice))].sort((a, b) => a - b);
  const tickOf = new Map(prices.map((price, tick) => [price, tick]));
  const numbers = new Map<SiteId, number>();
  for (const { siteId } of sorted) if (!numbers.has(siteId)) numbers.set(siteId, numbers.size);
  const keys = Int32Array.from(sorted, ({ side, limitPrice }) =>
    keyOf(side === "bid" ? SIDE.BID : SIDE.OFFER, tickOf.get(limitPrice) ?? -1),
  );
  const filledWh = Int32Array.from(sorted, ({ energyWh }) => energyWh);
  const sites = Int32Array.from(sorted, ({ siteId }) => numbers.get(siteId) ?? -1);
  const pairs = new CallPairing(prices.length).pair(keys, filledWh, sites, sorted.length);
  const orderId = (at: number | undefined): Hex => {
    const fill = sorted[at ?? -1];
    assert(fill !== undefined, "only what was filled is paired");
    return fill.orderId;
  };
  return Array.from({ length: pairs.count }, (_, at) => ({
    bidId: orderId(pairs.bidAt[at]),
    offerId: orderId(pairs.offerAt[at]),
    energyWh: wattHours(pairs.energyWh[at] as number),
  }));
}
