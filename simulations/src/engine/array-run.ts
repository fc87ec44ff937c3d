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
import type { IntervalOrders } from "./interval-orders.ts";
import type { MarketRun, Outlook, Positions } from "./market-run.ts";
import { OrderExchange } from "./order-exchange.ts";
import { Progress } from "./progress.ts";
import type { RunPart, SharedRun } from "./shared-run.ts";
import type { SimulationOptions } from "./simulation-options.ts";
import type { TraceColumns } from "./simulation-result.ts";
import type { TradeColumns } from "./trade-columns.ts";

/** Looks at what passes in each interval; the columns are used again after it. */
export interface RunWatcher {
  onOrders(orders: IntervalOrders, seed: string): void;
  onTrades(interval: number, trades: TradeColumns): void;
}

/**
 * One thread's part of a simulation, on arrays. In each interval every thread bids for homes of its own, and delivers
 * for them once the market is cleared. Whoever comes last clears for all, as all have bid then. Accounting is in no
 * hurry: whoever has to wait for the clearing does what there is of it. So nothing is done twice, and who is held up, or
 * has a slower core, has less to do. What comes out does not depend on how many threads there are, nor on who does what.
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
    const { parts } = this.#part;
    try {
      for (let t = 0; t < intervals; t++) {
        this.#runInterval(t);
        onInterval(t + 1);
      }
      this.#progress.add("arrived");
      this.#progress.reach("arrived", (intervals + 1) * parts, () => this.#accountNext(intervals - 2));
      this.#accountAll(intervals - 1);
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
    const { parts } = this.#part;
    this.#bidding.bid(t, this.#lastPrice, this.#delivery.storedMillijoules);
    this.#exchange.place(t, this.#bidding.quotes);
    // What is kept of it makes room for what will be kept of this.
    this.#accountAll(t - meteredWh.length);
    if (this.#progress.add("arrived") === (t + 1) * parts - 1) this.#clear(t);
    // All have bid for the last interval, so they have delivered the one before.
    else this.#progress.reach("cleared", t + 1, () => this.#accountNext(t - 2));
    const orders = this.#exchange.cleared(t);
    if (orders.price >= 0) this.#lastPrice = orders.price;
    this.#deliver(t, orders, meteredWh[t % meteredWh.length] as Int32Array);
    // Alone at once, so that who learns from money has it before the next.
    if (parts === 1) this.#accountAll(t);
  }

  #clear(t: number): void {
    const orders = this.#exchange.gather(t);
    const seed = this.#seed(t);
    orders.draw = drawSeed(seed);
    this.#market.clear(orders, seed, this.#outlook);
    this.#watcher.onOrders(orders, seed);
    this.#exchange.answer(orders);
    this.#progress.add("cleared");
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

  #accountAll(last: number): void {
    while (this.#accountNext(last));
  }

  /** Accounts the next interval up to this, which all have delivered; whether there was one that nobody has taken. */
  #accountNext(last: number): boolean {
    const t = this.#progress.take(last);
    if (t < 0) return false;
    const { meteredWh } = this.#shared;
    const metered = meteredWh[t % meteredWh.length] as Int32Array;
    this.#accounting.account(this.#exchange.cleared(t), metered);
    this.#watcher.onTrades(t, this.#accounting.trades);
    if (this.#toldNano !== null) this.#tell(this.#toldNano);
    return true;
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
