import { drawSeed, tickOf } from "@commonwatt/market";
import { intervalLength } from "@commonwatt/vpp-core";
import { Accounting } from "./accounting.ts";
import { Barrier } from "./barrier.ts";
import { Bidding } from "./bidding.ts";
import { createHomeColumns, createIntervalColumns, type ResultColumns } from "./columns.ts";
import { Delivery, type TracedHomes } from "./delivery.ts";
import { IntervalOrders } from "./interval-orders.ts";
import type { MarketRun, Positions } from "./market-run.ts";
import { placeQuotes } from "./place-quotes.ts";
import { QUOTES_MAX, type SharedRun } from "./shared-run.ts";
import type { SimulationOptions } from "./simulation-options.ts";
import type { TraceColumns } from "./simulation-result.ts";

/** Which part of a run a thread does. */
export interface RunPart {
  /** From 0. */
  readonly part: number;
  readonly parts: number;
  /** The homes of each part: those from `homesFrom[part]` to `homesFrom[part + 1]` − 1. */
  readonly homesFrom: readonly number[];
}

/**
 * One thread's part of a simulation, on arrays. In each interval every thread bids for homes of its own, waits
 * until all have bid, clears the whole book (as all do: that is cheaper than to wait for one who does), and
 * delivers for its own homes. Of as many intervals as there are threads, each then accounts one for all homes.
 * So threads wait for each other once in an interval, and what they do does not depend on how many they are.
 */
export class ArrayRun {
  readonly #options: SimulationOptions;
  readonly #part: RunPart;
  readonly #fromHome: number;
  readonly #toHome: number;
  readonly #shared: SharedRun;
  readonly #barrier: Barrier;
  readonly #market: MarketRun;
  readonly #priceTick: number;
  readonly #columns: ResultColumns;
  readonly #bidding: Bidding;
  readonly #delivery: Delivery;
  readonly #accounting: Accounting;
  readonly #traced: TracedHomes | null;
  readonly #positions: Positions;
  /** The orders of the interval that this thread accounts next, and those of the others'. */
  readonly #ownOrders = new IntervalOrders();
  readonly #otherOrders = new IntervalOrders();
  readonly #isHeard: boolean;
  readonly #onOrders: (orders: IntervalOrders, seed: string) => void;
  #lastPrice = -1;

  constructor(
    options: SimulationOptions,
    part: RunPart,
    shared: SharedRun,
    market: MarketRun,
    priceTick: number,
    trace: TraceColumns | null,
    onOrders: (orders: IntervalOrders, seed: string) => void,
  ) {
    const { neighbourhood } = options;
    const homes = neighbourhood.siteIds.length;
    this.#options = options;
    this.#part = part;
    const fromHome = part.homesFrom[part.part] as number;
    const toHome = part.homesFrom[part.part + 1] as number;
    this.#fromHome = fromHome;
    this.#toHome = toHome;
    this.#shared = shared;
    this.#barrier = new Barrier(shared.barrier, part.parts);
    this.#market = market;
    this.#priceTick = priceTick;
    this.#columns = {
      intervals: createIntervalColumns(neighbourhood.intervals),
      homes: createHomeColumns(neighbourhood.siteIds),
    };
    this.#bidding = new Bidding(options, fromHome, toHome);
    this.#delivery = new Delivery(neighbourhood, this.#columns, fromHome, toHome);
    this.#accounting = new Accounting(neighbourhood, this.#columns, market);
    this.#traced = trace === null ? null : tracedHomes(trace, options, fromHome, toHome);
    this.#positions = { soldWh: new Int32Array(homes), boughtWh: new Int32Array(homes) };
    this.#isHeard = this.#bidding.strategies
      .slice(fromHome, toHome)
      .some(({ cleared }) => cleared !== undefined);
    this.#onOrders = onOrders;
  }

  /** Runs all intervals. When it fails, those who wait for it fail too. */
  run(onInterval: (done: number) => void): ResultColumns {
    const { intervals } = this.#options.neighbourhood;
    const { parts } = this.#part;
    try {
      for (let t = this.#part.part; t < intervals; t += parts)
        this.#shared.draws[t] = drawSeed(this.#seed(t));
      for (let t = 0; t < intervals; t++) {
        this.#runInterval(t);
        onInterval(t + 1);
      }
      this.#barrier.arrive();
      this.#account(intervals - 1 - ((intervals - 1) % parts));
    } catch (error) {
      this.#barrier.break();
      throw error;
    }
    this.#delivery.finish();
    return this.#columns;
  }

  #runInterval(t: number): void {
    const { parts, part } = this.#part;
    const { meteredWh } = this.#shared;
    this.#bidding.bid(t, this.#lastPrice, this.#delivery.storedMillijoules);
    this.#publish(t);
    this.#barrier.arrive();
    if (t > 0 && t % parts === 0) this.#account(t - parts);
    const orders = t % parts === part ? this.#ownOrders : this.#otherOrders;
    this.#gather(t, orders);
    const seed = this.#seed(t);
    this.#onOrders(orders, seed);
    this.#market.clear(orders, seed);
    if (orders.price >= 0) this.#lastPrice = orders.price;
    this.#deliver(t, orders, meteredWh[t % meteredWh.length] as Int32Array);
  }

  /** The seed of an interval, as in a live market. */
  #seed(t: number): string {
    const { community, startMs, intervalMinutes } = this.#options.neighbourhood;
    return `${community}/${startMs / intervalLength(intervalMinutes) + t}`;
  }

  /** Puts this thread's quotes where all can read them. */
  #publish(t: number): void {
    const { keys, quantitiesWh, sites, orderCounts, orderTicks } = this.#shared;
    const parity = (t & 1) as 0 | 1;
    const columns = { keys: keys[parity], quantitiesWh: quantitiesWh[parity], sites: sites[parity] };
    const from = this.#fromHome * QUOTES_MAX;
    const count = placeQuotes(this.#bidding.quotes, this.#priceTick, columns, from);
    let highest = 0;
    for (let at = from; at < from + count; at++)
      highest = Math.max(highest, tickOf(columns.keys[at] as number));
    const place = parity * this.#part.parts + this.#part.part;
    orderCounts[place] = count;
    orderTicks[place] = highest + 1;
  }

  /** Reads the quotes of all threads, homes rising. */
  #gather(t: number, orders: IntervalOrders): void {
    const { keys, quantitiesWh, sites, orderCounts, orderTicks } = this.#shared;
    const { parts, homesFrom } = this.#part;
    const parity = (t & 1) as 0 | 1;
    let [count, ticks] = [0, 1];
    for (let part = 0; part < parts; part++) {
      count += orderCounts[parity * parts + part] as number;
      ticks = Math.max(ticks, orderTicks[parity * parts + part] as number);
    }
    orders.reserve(count);
    orders.interval = t;
    orders.ticks = ticks;
    orders.draw = this.#shared.draws[t] as number;
    let to = 0;
    for (let part = 0; part < parts; part++) {
      const from = (homesFrom[part] as number) * QUOTES_MAX;
      const end = from + (orderCounts[parity * parts + part] as number);
      orders.keys.set(keys[parity].subarray(from, end), to);
      orders.quantitiesWh.set(quantitiesWh[parity].subarray(from, end), to);
      orders.sites.set(sites[parity].subarray(from, end), to);
      to += end - from;
    }
  }

  #deliver(t: number, orders: IntervalOrders, meteredWh: Int32Array): void {
    const [fromHome, toHome] = [this.#fromHome, this.#toHome];
    const { moment, strategies, isExpected } = this.#bidding;
    const { soldWh, boughtWh } = this.#positions;
    soldWh.fill(0, fromHome, toHome);
    boughtWh.fill(0, fromHome, toHome);
    this.#market.addPositions(orders, this.#positions, fromHome, toHome);
    if (this.#isHeard) {
      for (let home = fromHome; home < toHome; home++) {
        const strategy = strategies[home];
        strategy?.cleared?.(home, t, soldWh[home] as number, boughtWh[home] as number, orders.price);
      }
    }
    this.#delivery.deliver(t, this.#positions, strategies, moment, meteredWh);
    if (isExpected) this.#delivery.score(t, moment);
    if (this.#traced !== null) this.#delivery.trace(t, this.#traced, this.#positions, meteredWh);
  }

  /** Accounts this thread's one of the intervals from `first` on, which all have delivered. */
  #account(first: number): void {
    const t = first + this.#part.part;
    if (t >= this.#options.neighbourhood.intervals) return;
    const { meteredWh } = this.#shared;
    this.#accounting.account(this.#ownOrders, meteredWh[t % meteredWh.length] as Int32Array);
  }
}

function tracedHomes(
  columns: TraceColumns,
  { neighbourhood }: SimulationOptions,
  fromHome: number,
  toHome: number,
): TracedHomes {
  const rows = new Map(neighbourhood.siteIds.map((id, home) => [id, home]));
  const own = columns.siteIds
    .map((id, place) => ({ home: rows.get(id) ?? -1, place }))
    .filter(({ home }) => home >= fromHome && home < toHome);
  return { columns, homes: own.map(({ home }) => home), places: own.map(({ place }) => place) };
}
