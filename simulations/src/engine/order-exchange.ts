import { tickOf } from "@commonwatt/market";
import type { QuoteSheet } from "../strategies/quote-sheet.ts";
import { IntervalOrders } from "./interval-orders.ts";
import { type OrderColumns, placeQuotes } from "./place-quotes.ts";
import { QUOTES_MAX, type RunPart, type SharedRun } from "./shared-run.ts";

/**
 * One thread's door to the orders that the threads of a run share. Each places those of its own homes; the one whose
 * turn it is gathers and clears them all, and answers; then each reads what became of its own.
 */
export class OrderExchange {
  readonly #shared: SharedRun;
  readonly #part: RunPart;
  readonly #priceTick: number;
  /** This thread's own orders, for even and for odd intervals: views of shared memory. */
  readonly #own: readonly [IntervalOrders, IntervalOrders];

  constructor(shared: SharedRun, part: RunPart, priceTick: number) {
    this.#shared = shared;
    this.#part = part;
    this.#priceTick = priceTick;
    const [from = 0, end = 0] = part.homesFrom.slice(part.part).map((home) => home * QUOTES_MAX);
    const own = (parity: 0 | 1): IntervalOrders => {
      const orders = new IntervalOrders();
      for (const name of ["keys", "quantitiesWh", "sites", "fillsWh"] as const)
        orders[name] = shared[name][parity].subarray(from, end);
      return orders;
    };
    this.#own = [own(0), own(1)];
  }

  /** Puts this thread's quotes where all can read them. */
  place(t: number, quotes: QuoteSheet): void {
    const { orderCounts, orderTicks } = this.#shared;
    const own = this.#ownOf(t);
    const columns: OrderColumns = own;
    own.interval = t;
    own.count = placeQuotes(quotes, this.#priceTick, columns, 0);
    let highest = 0;
    for (let at = 0; at < own.count; at++) highest = Math.max(highest, tickOf(own.keys[at] as number));
    const place = this.#placeOf(t, this.#part.part);
    orderCounts[place] = own.count;
    orderTicks[place] = highest + 1;
  }

  /** Reads the orders of all threads, homes rising. */
  gather(t: number, orders: IntervalOrders): void {
    const { keys, quantitiesWh, sites, orderCounts, orderTicks } = this.#shared;
    const { parts, homesFrom } = this.#part;
    const parity = (t & 1) as 0 | 1;
    let [count, ticks] = [0, 1];
    for (let part = 0; part < parts; part++) {
      count += orderCounts[this.#placeOf(t, part)] as number;
      ticks = Math.max(ticks, orderTicks[this.#placeOf(t, part)] as number);
    }
    orders.reserve(count);
    orders.interval = t;
    orders.ticks = ticks;
    let to = 0;
    for (let part = 0; part < parts; part++) {
      const from = (homesFrom[part] as number) * QUOTES_MAX;
      const end = from + (orderCounts[this.#placeOf(t, part)] as number);
      orders.keys.set(keys[parity].subarray(from, end), to);
      orders.quantitiesWh.set(quantitiesWh[parity].subarray(from, end), to);
      orders.sites.set(sites[parity].subarray(from, end), to);
      to += end - from;
    }
  }

  /** Tells all threads what became of gathered orders. */
  answer({ interval, fillsWh, price }: IntervalOrders): void {
    const { parts, homesFrom } = this.#part;
    const { orderCounts, prices, fillsWh: shared } = this.#shared;
    const parity = (interval & 1) as 0 | 1;
    prices[parity] = price;
    let from = 0;
    for (let part = 0; part < parts; part++) {
      const end = from + (orderCounts[this.#placeOf(interval, part)] as number);
      shared[parity].set(fillsWh.subarray(from, end), (homesFrom[part] as number) * QUOTES_MAX);
      from = end;
    }
  }

  /** This thread's own orders, with what they got. */
  own(t: number): IntervalOrders {
    const own = this.#ownOf(t);
    own.price = this.#shared.prices[t & 1] as number;
    return own;
  }

  #ownOf(t: number): IntervalOrders {
    return this.#own[(t & 1) as 0 | 1];
  }

  #placeOf(t: number, part: number): number {
    return (t & 1) * this.#part.parts + part;
  }
}
