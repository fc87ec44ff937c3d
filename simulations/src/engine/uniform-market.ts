import { ArrayAuction, type BookOrder, CallPairing } from "@commonwatt/market";
import type { SiteId } from "@commonwatt/vpp-core";
import { bookOrders } from "./book-orders.ts";
import type { IntervalOrders } from "./interval-orders.ts";
import { type Lumps, type MarketRun, NO_LUMPS, type Positions, type Welfare } from "./market-run.ts";
import { PRICE_TICK } from "./place-quotes.ts";
import type { TradeColumns } from "./trade-columns.ts";

/** The call auction at one price, as it runs live, on arrays. */
export class UniformMarket implements MarketRun {
  readonly #kPerMille: number;
  #ticks = 1;
  #auction = new ArrayAuction(1);
  #pairing = new CallPairing(1);

  readonly #siteIds: readonly SiteId[];

  constructor(kPerMille: number, siteIds: readonly SiteId[]) {
    this.#kPerMille = kPerMille;
    this.#siteIds = siteIds;
  }

  book(orders: IntervalOrders): readonly BookOrder[] {
    return bookOrders(orders, orders.count, PRICE_TICK, this.#siteIds);
  }

  clear(orders: IntervalOrders): void {
    const { count, draw } = orders;
    this.#reserve(orders);
    const columns = {
      keys: orders.keys.subarray(0, count),
      quantitiesWh: orders.quantitiesWh.subarray(0, count),
      sites: orders.sites.subarray(0, count),
    };
    const fillsWh = orders.fillsWh.subarray(0, count);
    const { tick } = this.#auction.clear(columns, this.#kPerMille, draw, fillsWh);
    orders.price = tick === null ? -1 : tick * PRICE_TICK;
  }

  addPositions(
    orders: IntervalOrders,
    { soldWh, boughtWh }: Positions,
    fromHome: number,
    toHome: number,
  ): void {
    const { keys, sites, fillsWh, count } = orders;
    for (let at = firstOfHome(sites, count, fromHome); at < count; at++) {
      const home = sites[at] as number;
      if (home >= toHome) break;
      const column = (keys[at] as number) < 0 ? soldWh : boughtWh;
      column[home] = (column[home] as number) + (fillsWh[at] as number);
    }
  }

  settle(orders: IntervalOrders, trades: TradeColumns, welfare: Welfare): Lumps {
    const { keys, sites, fillsWh, count, price } = orders;
    this.#addWelfare(orders, welfare);
    trades.reserve(0);
    if (price < 0) return NO_LUMPS;
    this.#reserve(orders);
    const { count: pairs, bidAt, offerAt, energyWh } = this.#pairing.pair(keys, fillsWh, sites, count);
    trades.reserve(pairs);
    for (let at = 0; at < pairs; at++) {
      const seller = sites[offerAt[at] as number] as number;
      const buyer = sites[bidAt[at] as number] as number;
      trades.set(at, seller, buyer, energyWh[at] as number, price, price);
    }
    return NO_LUMPS;
  }

  /** Another thread may have cleared what this one settles. */
  #reserve({ ticks }: IntervalOrders): void {
    if (ticks <= this.#ticks) return;
    this.#ticks = ticks;
    this.#auction = new ArrayAuction(ticks);
    this.#pairing = new CallPairing(ticks);
  }

  /**
   * The best welfare by its dual: at any price, what all orders would gain that are better than it is at least
   * the best welfare, and no more at a price that clears the market (or lies between the best bid and the best
   * offer). Counted apart from the fills, so that an auction that is not efficient would show.
   */
  #addWelfare({ keys, quantitiesWh, fillsWh, count, price }: IntervalOrders, welfare: Welfare): void {
    let reference = price / PRICE_TICK;
    if (price < 0) {
      reference = 0;
      for (let at = 0; at < count; at++) reference = Math.max(reference, keys[at] as number);
    }
    let gained = 0;
    let best = 0;
    for (let at = 0; at < count; at++) {
      const key = keys[at] as number;
      const isOffer = key < 0;
      const margin = isOffer ? reference - ~key : key - reference;
      if (margin > 0) best += margin * (quantitiesWh[at] as number);
      gained += (isOffer ? key + 1 : key) * (fillsWh[at] as number);
    }
    welfare.welfareNano = gained * PRICE_TICK;
    welfare.bestNano = best * PRICE_TICK;
  }
}

/** The place of the first order of this home or a later one; homes rise. */
function firstOfHome(sites: Int32Array, count: number, home: number): number {
  let [from, to] = [0, count];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sites[middle] as number) < home) from = middle + 1;
    else to = middle;
  }
  return from;
}
