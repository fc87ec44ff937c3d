import { tickOf } from "@commonwatt/market";
import type { QuoteSheet } from "../strategies/quote-sheet.ts";
import { IntervalOrders } from "./interval-orders.ts";
import { placeQuotes } from "./place-quotes.ts";
import { QUOTES_MAX, type RunPart, type SharedRun } from "./shared-run.ts";

/**
 * One thread's door to the orders that the threads of a run share. Each places those of its own homes; one of them
 * gathers and clears them all; then all read what became of them.
 */
export class OrderExchange {
  readonly #shared: SharedRun;
  readonly #part: RunPart;
  readonly #priceTick: number;
  /** All orders of the last intervals: views of shared memory. */
  readonly #gathered: readonly IntervalOrders[];

  constructor(shared: SharedRun, part: RunPart, priceTick: number) {
    this.#shared = shared;
    this.#part = part;
    this.#priceTick = priceTick;
    this.#gathered = shared.gathered.map((columns) => Object.assign(new IntervalOrders(), columns));
  }

  /** Puts this thread's quotes where all can read them. */
  place(t: number, quotes: QuoteSheet): void {
    const { placed, orderCounts, orderTicks } = this.#shared;
    const { part, homesFrom } = this.#part;
    const columns = placed[(t & 1) as 0 | 1];
    const from = (homesFrom[part] as number) * QUOTES_MAX;
    const count = placeQuotes(quotes, this.#priceTick, columns, from);
    let highest = 0;
    for (let at = from; at < from + count; at++)
      highest = Math.max(highest, tickOf(columns.keys[at] as number));
    const place = this.#placeOf(t, part);
    orderCounts[place] = count;
    orderTicks[place] = highest + 1;
  }

  /** Reads the orders of all threads, homes rising. */
  gather(t: number): IntervalOrders {
    const { placed, gatheredCounts, gatheredTicks, orderCounts, orderTicks } = this.#shared;
    const { parts, homesFrom } = this.#part;
    const { keys, quantitiesWh, sites } = placed[(t & 1) as 0 | 1];
    const orders = this.#gathered[t % this.#gathered.length] as IntervalOrders;
    let [count, ticks] = [0, 1];
    for (let part = 0; part < parts; part++) {
      const from = (homesFrom[part] as number) * QUOTES_MAX;
      const end = from + (orderCounts[this.#placeOf(t, part)] as number);
      orders.keys.set(keys.subarray(from, end), count);
      orders.quantitiesWh.set(quantitiesWh.subarray(from, end), count);
      orders.sites.set(sites.subarray(from, end), count);
      count += end - from;
      ticks = Math.max(ticks, orderTicks[this.#placeOf(t, part)] as number);
    }
    orders.interval = t;
    orders.count = count;
    orders.ticks = ticks;
    gatheredCounts[t % this.#gathered.length] = count;
    gatheredTicks[t % this.#gathered.length] = ticks;
    return orders;
  }

  /** Tells all threads what became of gathered orders. */
  answer({ interval, price }: IntervalOrders): void {
    this.#shared.prices[interval % this.#gathered.length] = price;
  }

  /** All orders of an interval that was cleared, by whomever. */
  cleared(t: number): IntervalOrders {
    const place = t % this.#gathered.length;
    const orders = this.#gathered[place] as IntervalOrders;
    orders.interval = t;
    orders.count = this.#shared.gatheredCounts[place] as number;
    orders.ticks = this.#shared.gatheredTicks[place] as number;
    orders.price = this.#shared.prices[place] as number;
    return orders;
  }

  #placeOf(t: number, part: number): number {
    return (t & 1) * this.#part.parts + part;
  }
}
