import type { SiteId, Trade } from "@commonwatt/vpp-core";
import type { MeteredEnergy } from "./site-statement.ts";

/** What a site has traded and metered in an interval; what counts of its trades follows from it. */
export interface NetPosition extends MeteredEnergy {
  /** Sold − bought, in Wh. */
  netWh: number;
}

/** The positions of all sites, from their trades and their meters. Every trade must be of sites that are metered. */
export function positionsOf(
  trades: readonly Trade[],
  metered: ReadonlyMap<SiteId, MeteredEnergy>,
): ReadonlyMap<SiteId, NetPosition> {
  const positions = new Map<SiteId, NetPosition>();
  for (const [site, { importWh, exportWh }] of metered) positions.set(site, { importWh, exportWh, netWh: 0 });
  for (const { sellerId, buyerId, energyWh } of trades) {
    const seller = positions.get(sellerId);
    const buyer = positions.get(buyerId);
    if (seller !== undefined) seller.netWh += energyWh;
    if (buyer !== undefined) buyer.netWh -= energyWh;
  }
  return positions;
}

/**
 * How much of a sale counts. With `n = sold − bought`, sales count with `min(1, metered export / n)` when
 * `n > 0`, and in whole otherwise: what a site buys and sells on within an interval needs no meter.
 */
export function deliverableWh(energyWh: number, netWh: number, exportWh: number): number {
  return netWh > 0 ? floorPart(energyWh, Math.min(exportWh, netWh), netWh) : energyWh;
}

/** How much of a purchase counts: with `min(1, metered import / |n|)` when `n < 0`, else in whole. */
export function takeableWh(energyWh: number, netWh: number, importWh: number): number {
  return netWh < 0 ? floorPart(energyWh, Math.min(importWh, -netWh), -netWh) : energyWh;
}

/** ⌊energy · part / whole⌋, exactly. A quotient of safe integers rounds to no wrong integer while their product is one. */
function floorPart(energyWh: number, part: number, whole: number): number {
  const product = energyWh * part;
  if (Number.isSafeInteger(product)) return Math.floor(product / whole);
  return Number((BigInt(energyWh) * BigInt(part)) / BigInt(whole));
}
