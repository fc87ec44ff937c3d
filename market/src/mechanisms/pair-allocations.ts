import { type Hex, type WattHours, wattHours } from "@commonwatt/vpp-core";
import { createPairs, walkPairs } from "../book/pair-arrays.ts";
import type { BookOrder } from "./mechanism.ts";

/** How much of an order is filled. */
export interface Allocation {
  readonly orderId: Hex;
  readonly energyWh: WattHours;
}

type Fillable = Pick<BookOrder, "id" | "energyWh">;

/** Fills orders one after the other, in the order given, until `energyWh` is used up or all are filled. */
export function allocate(orders: readonly Fillable[], energyWh: number): readonly Allocation[] {
  const allocations: Allocation[] = [];
  let leftWh = energyWh;
  for (const order of orders) {
    if (leftWh === 0) break;
    const filledWh = wattHours(Math.min(leftWh, order.energyWh));
    allocations.push({ orderId: order.id, energyWh: filledWh });
    leftWh -= filledWh;
  }
  return allocations;
}

/** The first `energyWh` of allocations, and the rest; the one in between is in both with its part. */
export function splitAllocations(
  allocations: readonly Allocation[],
  energyWh: number,
): { readonly first: readonly Allocation[]; readonly rest: readonly Allocation[] } {
  const first: Allocation[] = [];
  const rest: Allocation[] = [];
  let leftWh = energyWh;
  for (const { orderId, energyWh: wholeWh } of allocations) {
    const takenWh = Math.min(leftWh, wholeWh);
    if (takenWh > 0) first.push({ orderId, energyWh: wattHours(takenWh) });
    if (takenWh < wholeWh) rest.push({ orderId, energyWh: wattHours(wholeWh - takenWh) });
    leftWh -= takenWh;
  }
  return { first, rest };
}

/** What orders ask for together. */
export function energyOf(orders: readonly Fillable[]): number {
  return orders.reduce((sum, order) => sum + order.energyWh, 0);
}

/** Energy by trader of what `allocate` filled of the same orders. */
export function energyByTrader(
  orders: readonly BookOrder[],
  filled: readonly Allocation[],
): ReadonlyMap<BookOrder["trader"], number> {
  const byTrader = new Map<BookOrder["trader"], number>();
  filled.forEach(({ energyWh }, at) => {
    const trader = orders[at]?.trader;
    if (trader !== undefined) byTrader.set(trader, (byTrader.get(trader) ?? 0) + energyWh);
  });
  return byTrader;
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
  const pairs = createPairs(bids.length + offers.length);
  const energiesOf = (side: readonly Allocation[]): Float64Array =>
    Float64Array.from(side, ({ energyWh }) => energyWh);
  walkPairs(energiesOf(bids), bids.length, energiesOf(offers), offers.length, pairs);
  return Array.from({ length: pairs.count }, (_, at) => ({
    bidId: (bids[pairs.bidAt[at] as number] as Allocation).orderId,
    offerId: (offers[pairs.offerAt[at] as number] as Allocation).orderId,
    energyWh: wattHours(pairs.energyWh[at] as number),
  }));
}
