import type { BookOrder } from "./mechanism.ts";
import { type Allocation, allocate } from "./pair-allocations.ts";
import { byMerit } from "./trader-rank.ts";

/** A book sorted by limits, and how far it crosses. */
export interface MeritOrder {
  /** By falling limit; equal limits in an order drawn from the seed. */
  readonly bids: readonly BookOrder[];
  /** By rising limit; equal limits in an order drawn from the seed. */
  readonly offers: readonly BookOrder[];
  /** The most energy that can trade with every bid's limit at least that of its offer. */
  readonly volumeWh: number;
  /** That energy taken from the bids and from the offers, best first. */
  readonly bought: readonly Allocation[];
  readonly sold: readonly Allocation[];
}

/** Sorts a book and finds where it crosses. Costs O(n log n). */
export function meritOrder(orders: readonly BookOrder[], seed: string): MeritOrder {
  const compare = byMerit(seed);
  const bids = orders.filter((order) => order.side === "bid").sort(compare);
  const offers = orders.filter((order) => order.side === "offer").sort(compare);
  const volumeWh = crossingVolume(bids, offers);
  return { bids, offers, volumeWh, bought: allocate(bids, volumeWh), sold: allocate(offers, volumeWh) };
}

function crossingVolume(bids: readonly BookOrder[], offers: readonly BookOrder[]): number {
  let volumeWh = 0;
  let offerAt = 0;
  let offeredWh: number = offers[0]?.energyWh ?? 0;
  for (const bid of bids) {
    let wantedWh: number = bid.energyWh;
    for (let offer = offers[offerAt]; wantedWh > 0 && offer !== undefined; offer = offers[offerAt]) {
      if (offer.limitPrice > bid.limitPrice) return volumeWh;
      const crossedWh = Math.min(wantedWh, offeredWh);
      volumeWh += crossedWh;
      wantedWh -= crossedWh;
      offeredWh -= crossedWh;
      if (offeredWh === 0) offeredWh = offers[++offerAt]?.energyWh ?? 0;
    }
  }
  return volumeWh;
}

/**
 * The prices at which demand meets supply: from the dearest of what was sold and the bids left out, to the
 * cheapest of what was bought and the offers left out; an order filled in part is both. In a book without
 * trades it lies between the best bid and the best offer, and on the one there is when a side is empty.
 * `null` for an empty book.
 */
export function priceInterval(merit: MeritOrder): { readonly low: number; readonly high: number } | null {
  const { bids, offers, bought, sold } = merit;
  const lowest = [lastFilled(offers, sold), firstUnfilled(bids, bought)].filter((price) => price !== null);
  const highest = [lastFilled(bids, bought), firstUnfilled(offers, sold)].filter((price) => price !== null);
  if (lowest.length === 0 && highest.length === 0) return null;
  return {
    low: lowest.length === 0 ? Math.min(...highest) : Math.max(...lowest),
    high: highest.length === 0 ? Math.max(...lowest) : Math.min(...highest),
  };
}

function lastFilled(orders: readonly BookOrder[], filled: readonly Allocation[]): number | null {
  return filled.length === 0 ? null : (orders[filled.length - 1]?.limitPrice ?? null);
}

function firstUnfilled(orders: readonly BookOrder[], filled: readonly Allocation[]): number | null {
  const last = orders[filled.length - 1];
  if (last !== undefined && (filled.at(-1)?.energyWh ?? 0) < last.energyWh) return last.limitPrice;
  return orders[filled.length]?.limitPrice ?? null;
}
