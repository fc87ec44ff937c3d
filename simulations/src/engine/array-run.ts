import { drawSeed } from "@commonwatt/market";
import { intervalLength } from "@commonwatt/vpp-core";
import { Accounting } from "./accounting.ts";
import { Bidding } from "./bidding.ts";
import {
  createForecastColumns,
  createHomeColumns,
  createIntervalColumns,
  type ResultColumns,
} from "./columns.ts";
import { Delivery, type TracedHomes } from "./delivery.ts";
import { ForecastScores } from "./forecast-scores.ts";
import { IntervalOrders } from "./interval-orders.ts";
import type { MarketRun, Outlook, Positions } from "./market-run.ts";
import { OrderExchange } from "./order-exchange.ts";
import { Progress } from "./progress.ts";
import type { RunPart, SharedRun } from "./shared-run.ts";
import type { SimulationOptions } from "./simulation-options.ts";
import type { TraceColumns } from "./simulation-result.ts";
import type { TradeColumns } from "./trade-columns.ts";

/**
 * How much later than it is bid for an interval is accounted, on one thread, on two, on more: alone at once, so that who
 * learns from money has it before the next; else when the thread that cleared it knows that all have delivered it, and
 * has no clearing to do.
 */
const LAGS = [0, 3, 2];

/** Looks at what passes in each interval; the columns are used again after it. */
export interface RunWatcher {
  onOrders(orders: IntervalOrders, seed: string): void;
  onTrades(interval: number, trades: TradeColumns): void;
}

/**
 * One thread's part of a simulation, on arrays. In each interval every thread bids for homes of its own, and delivers
 * for them once the market is cleared. Threads take turns at clearing for all: while one does, the others account an
 * earlier interval that they have cleared. So nothing is done twice, and who comes late is waited for by none that has
 * something to do. What comes out does not depend on how many threads there are.
 */
export class ArrayRun {
  readonly #options: SimulationOptions;
  readonly #part: RunPart;
  readonly #fromHome: number;
  readonly #toHome: number;
  readonly #shared: SharedRun;
  readonly #progress: Progress;
  readonly #exchange: OrderExchange;
  readonly #market: MarketRun;
  readonly #columns: ResultColumns;
  readonly #bidding: Bidding;
  readonly #delivery: Delivery;
  readonly #scores: ForecastScores;
  readonly #accounting: Accounting;
  readonly #traced: TracedHomes | null;
  readonly #positions: Positions;
  /** All orders of the last two intervals that this thread has cleared. */
  readonly #orders: readonly IntervalOrders[] = [new IntervalOrders(), new IntervalOrders()];
  /** An interval is accounted so many later. */
  readonly #lag: number;
  readonly #outlook: Outlook;
  readonly #isHeard: boolean;
  /** What homes were told that they gained, where a strategy listens. */
  readonly #toldNano: Float64Array | null;
  readonly #watcher: RunWatcher;
  #lastPrice = -1;

  constructor(
    options: SimulationOptions,
    part: RunPart,
    shared: SharedRun,
    market: MarketRun,
    priceTick: number,
    trace: TraceColumns | null,
    watcher: RunWatcher,
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
    this.#progress = new Progress(shared.progress);
    this.#exchange = new OrderExchange(shared, part, priceTick);
    this.#lag = LAGS[Math.min(part.parts, LAGS.length) - 1] as number;
    this.#market = market;
    this.#columns = {
      intervals: createIntervalColumns(neighbourhood.intervals),
      homes: createHomeColumns(neighbourhood.siteIds),
      forecasts: createForecastColumns(homes),
    };
    this.#bidding = new Bidding(options, fromHome, toHome);
    this.#delivery = new Delivery(neighbourhood, this.#columns, fromHome, toHome);
    this.#scores = new ForecastScores(neighbourhood, this.#columns, this.#bidding.spread, fromHome, toHome);
    this.#accounting = new Accounting(neighbourhood, this.#columns, market);
    this.#traced = trace === null ? null : tracedHomes(trace, options, fromHome, toHome);
    this.#positions = { soldWh: new Int32Array(homes), boughtWh: new Int32Array(homes) };
    const strategies = this.#bidding.strategies.slice(fromHome, toHome);
    this.#isHeard = strategies.some(({ cleared }) => cleared !== undefined);
    const isTold = strategies.some(({ settled }) => settled !== undefined);
    this.#toldNano = isTold ? new Float64Array(homes) : null;
    this.#outlook = {
      expectedWh: (home, netSoldWh) =>
        this.#delivery.expectedWh(home, netSoldWh, this.#bidding.strategies, this.#bidding.moment),
    };
    this.#watcher = watcher;
  }

  /** Runs all intervals. When it fails, those who wait for it fail too. */
  run(onInterval: (done: number) => void): ResultColumns {
    const { intervals } = this.#options.neighbourhood;
    try {
      for (let t = 0; t < intervals; t++) {
        this.#runInterval(t);
        onInterval(t + 1);
      }
      this.#progress.add("arrived");
      this.#progress.reach("arrived", (intervals + 1) * this.#part.parts);
      for (let t = Math.max(0, intervals - this.#lag); t < intervals; t++) this.#account(t);
    } catch (error) {
      this.#progress.break();
      throw error;
    }
    this.#delivery.finish();
    this.#scores.finish();
    return this.#columns;
  }

  #runInterval(t: number): void {
    const { meteredWh } = this.#shared;
    this.#bidding.bid(t, this.#lastPrice, this.#delivery.storedMillijoules);
    this.#exchange.place(t, this.#bidding.quotes);
    this.#progress.add("arrived");
    if (this.#lag > 0 && t >= this.#lag) this.#account(t - this.#lag);
    const orders = this.#clear(t);
    if (orders.price >= 0) this.#lastPrice = orders.price;
    this.#deliver(t, orders, meteredWh[t % meteredWh.length] as Int32Array);
    if (this.#lag === 0) this.#account(t);
  }

  /** Clears an interval or, when it is another thread's turn, waits until that has; what this thread's homes got. */
  #clear(t: number): IntervalOrders {
    const { parts } = this.#part;
    if (!this.#isOwn(t)) {
      this.#progress.reach("cleared", t + 1);
      return this.#exchange.own(t);
    }
    const orders = this.#ordersOf(t);
    const seed = this.#seed(t);
    this.#progress.reach("arrived", (t + 1) * parts);
    this.#exchange.gather(t, orders);
    orders.draw = drawSeed(seed);
    this.#market.clear(orders, seed, this.#outlook);
    this.#watcher.onOrders(orders, seed);
    if (parts > 1) this.#exchange.answer(orders);
    this.#progress.add("cleared");
    return orders;
  }

  /** Threads take turns at clearing and accounting intervals. */
  #isOwn(t: number): boolean {
    return t % this.#part.parts === this.#part.part;
  }

  #ordersOf(t: number): IntervalOrders {
    return this.#orders[Math.floor(t / this.#part.parts) & 1] as IntervalOrders;
  }

  /** The seed of an interval, as in a live market. */
  #seed(t: number): string {
    const { community, startMs, intervalMinutes } = this.#options.neighbourhood;
    return `${community}/${startMs / intervalLength(intervalMinutes) + t}`;
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
    this.#delivery.deliver(t, this.#market.targets ?? this.#positions, strategies, moment, meteredWh);
    if (isExpected) this.#scores.add(t, moment);
    if (this.#traced !== null) this.#delivery.trace(t, this.#traced, this.#positions, meteredWh);
  }

  /** Accounts an interval that all have delivered, when it is this thread's. */
  #account(t: number): void {
    if (!this.#isOwn(t)) return;
    const { meteredWh } = this.#shared;
    this.#accounting.account(this.#ordersOf(t), meteredWh[t % meteredWh.length] as Int32Array);
    this.#watcher.onTrades(t, this.#accounting.trades);
    if (this.#toldNano !== null) this.#tell(this.#toldNano);
  }

  /** Tells homes what they gained since they were told last. */
  #tell(toldNano: Float64Array): void {
    const { withTradingNano } = this.#columns.homes;
    for (let home = this.#fromHome; home < this.#toHome; home++) {
      const sumNano = withTradingNano[home] as number;
      this.#bidding.strategies[home]?.settled?.(home, sumNano - (toldNano[home] as number));
      toldNano[home] = sumNano;
    }
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
