import assert from "node:assert/strict";
import type { BookOrder } from "@commonwatt/market";
import { accountInterval, type IntervalAccounts } from "@commonwatt/settlement";
import {
  type DeliveryInterval,
  deliveryInterval,
  intervalIndex,
  intervalLength,
  type SiteId,
  type Trade,
  wattHours,
} from "@commonwatt/vpp-core";
import type { ForecastRun } from "../forecasts/forecast.ts";
import { FORECASTS } from "../forecasts/forecast-registry.ts";
import { tariffAt } from "../neighbourhood/tariff-at.ts";
import type { BiddingMoment } from "../strategies/bidding-moment.ts";
import { connectionRoom, QuoteSheet } from "../strategies/quote-sheet.ts";
import type { StrategyRun } from "../strategies/strategy.ts";
import { STRATEGIES } from "../strategies/strategy-registry.ts";
import { AgeingMeter } from "./ageing-meter.ts";
import { bookOrders } from "./book-orders.ts";
import {
  createForecastColumns,
  createHomeColumns,
  createIntervalColumns,
  createTraceColumns,
} from "./columns.ts";
import { namedMechanism } from "./named-mechanism.ts";
import { ObjectAuction } from "./object-auction.ts";
import { ObjectHome } from "./object-home.ts";
import {
  addObjectInterval,
  type IntervalOutcome,
  type ObjectDelivery,
  type ObjectRound,
  register,
} from "./object-interval.ts";
import { scoreHome } from "./object-scores.ts";
import { PRICE_TICK, placeQuotes } from "./place-quotes.ts";
import { resultHash } from "./result-hash.ts";
import type { SimulationOptions } from "./simulation-options.ts";
import type {
  ForecastColumns,
  HomeColumns,
  IntervalBook,
  IntervalColumns,
  MemberTrade,
  SimulationResult,
  TraceColumns,
} from "./simulation-result.ts";

type Writable<Shape> = { -readonly [Name in keyof Shape]: Shape[Name] };

/**
 * A simulation on the very objects and functions that run live, in bigint money: plain and slow. What a run on
 * arrays comes to is held against it. Mechanisms with one price per trade only.
 */
export class ObjectRun {
  readonly #options: SimulationOptions;
  readonly #auction: ObjectAuction;
  readonly #homes: readonly ObjectHome[];
  readonly #forecast: ForecastRun;
  readonly #strategies: readonly StrategyRun[];
  readonly #moment: Writable<BiddingMoment>;
  readonly #quotes: QuoteSheet;
  /** What the meter has counted beyond its last whole Wh, in watt-minutes. */
  readonly #importRestWmin: Float64Array;
  readonly #exportRestWmin: Float64Array;
  readonly #intervals: IntervalColumns;
  readonly #columns: HomeColumns;
  readonly #scores: ForecastColumns;
  readonly #trace: TraceColumns | null;
  readonly #tracedHomes: readonly number[];
  readonly #books: IntervalBook[] = [];
  readonly #trades: MemberTrade[] = [];
  /** Watts by home, for sums that are rounded once. */
  readonly #sumsW: readonly { chargedW: number; dischargedW: number; curtailedW: number }[];
  readonly #ageing: AgeingMeter;
  #referencePrice: number | null = null;

  constructor(options: SimulationOptions) {
    const { neighbourhood, seed, agent } = options;
    const { siteIds, intervals, batteries } = neighbourhood;
    this.#options = options;
    this.#quotes = new QuoteSheet(connectionRoom(neighbourhood));
    const mechanism = namedMechanism(options.mechanism);
    assert(mechanism.promises.onePricePerTrade, `${mechanism.name} has no price for each trade`);
    this.#auction = new ObjectAuction(mechanism, siteIds);
    this.#homes = siteIds.map((_, home) => new ObjectHome(neighbourhood, home));
    const startStored = this.#homes.map(({ storedMillijoules }) => storedMillijoules);
    this.#ageing = new AgeingMeter(batteries, startStored, intervalLength(neighbourhood.intervalMinutes));
    const forecast = FORECASTS[options.forecast].begin(neighbourhood, seed);
    this.#forecast = forecast;
    const context = { neighbourhood, seed, forecast, agent };
    const used = [...new Set(neighbourhood.strategies)];
    const runs = new Map(used.map((name) => [name, STRATEGIES[name].begin(context)]));
    this.#strategies = neighbourhood.strategies.map((name) => runs.get(name) as StrategyRun);
    const column = (): Int32Array => new Int32Array(siteIds.length);
    this.#moment = {
      ...{ interval: 0, retailPrice: 0, feedInPrice: 0, referencePrice: 0 },
      ...{ expectedLoadWh: column(), expectedPvWh: column() },
      ...{ storedWh: batteries.startStoredWh.slice(), chargeMaxWh: column(), dischargeMaxWh: column() },
    };
    this.#importRestWmin = new Float64Array(siteIds.length);
    this.#exportRestWmin = new Float64Array(siteIds.length);
    this.#intervals = createIntervalColumns(intervals);
    this.#columns = createHomeColumns(siteIds);
    this.#scores = createForecastColumns(siteIds.length);
    const { trace } = options;
    const traced = trace === undefined ? [] : trace.homes === "all" ? siteIds : trace.homes.toSorted();
    this.#tracedHomes = traced.map((id) => siteIds.indexOf(id));
    this.#trace = trace === undefined ? null : createTraceColumns(traced, intervals);
    this.#sumsW = siteIds.map(() => ({ chargedW: 0, dischargedW: 0, curtailedW: 0 }));
  }

  /** Runs an interval, the first one first. */
  run(t: number): void {
    const round = this.bid(t);
    const delivery = this.deliver(round, this.#auction.clear(round.orders, round.interval.index, round.seed));
    const { interval, tariff, trades, metered } = delivery;
    const { feePpm } = this.#options.neighbourhood;
    this.account(delivery, accountInterval({ interval, trades, metered, tariff, feePpm }));
  }

  /** Lets all homes bid for an interval. */
  bid(t: number): ObjectRound {
    const { community, startMs, intervalMinutes } = this.#options.neighbourhood;
    const index = intervalIndex(startMs / intervalLength(intervalMinutes) + t);
    const interval = deliveryInterval(index, intervalMinutes);
    const isExpected = this.#quote(t, interval);
    const orders = this.#orders();
    const seed = `${community}/${index}`;
    if (this.#options.books?.includes(t)) this.#books.push({ interval: t, seed, orders });
    const tariff = tariffAt(this.#options.neighbourhood, t);
    return { t, interval, seed, orders, isExpected, tariff };
  }

  /** Delivers an interval in which so much was traded, by orders of the round. */
  deliver(round: ObjectRound, trades: readonly Trade[]): ObjectDelivery {
    const { t, interval } = round;
    const { siteIds, loadWh, pvWh, batteries, intervalMinutes } = this.#options.neighbourhood;
    const netSoldWh = new Map<SiteId, number>(siteIds.map((id) => [id, 0]));
    for (const { sellerId, buyerId, energyWh } of trades) {
      netSoldWh.set(sellerId, (netSoldWh.get(sellerId) ?? 0) + energyWh);
      netSoldWh.set(buyerId, (netSoldWh.get(buyerId) ?? 0) - energyWh);
    }
    const wattsOf = (energyWh: number): number => (energyWh * 60) / intervalMinutes;
    const steps = this.#homes.map((home, h) => {
      const at = t * siteIds.length + h;
      const powers = { loadW: wattsOf(loadWh[at] as number), pvW: wattsOf(pvWh[at] as number) };
      const sold = wattHours(netSoldWh.get(siteIds[h] as SiteId) ?? 0);
      const planned = this.#strategies[h]?.idlePowerW?.(h, this.#moment) ?? null;
      const before = home.storedMillijoules;
      const step = home.step(interval, powers, sold, planned);
      if (batteries.capacityWh[h] !== 0)
        this.#ageing.note(h, before, home.storedMillijoules, step.batteryW !== 0);
      return step;
    });
    const metered = new Map(
      steps.map(({ gridW }, h) => [
        siteIds[h] as SiteId,
        {
          importWh: register(this.#importRestWmin, h, Math.max(0, gridW) * intervalMinutes),
          exportWh: register(this.#exportRestWmin, h, Math.max(0, -gridW) * intervalMinutes),
        },
      ]),
    );
    return { ...round, trades, steps, metered };
  }

  /** Takes what a delivered interval came to. */
  account(delivery: ObjectDelivery, accounts: IntervalAccounts): void {
    const { t, trades } = delivery;
    const outcome = { ...delivery, accounts };
    addObjectInterval(this.#intervals, this.#options.neighbourhood, outcome);
    if (this.#options.trades === true) {
      const kept = trades.map(({ sellerId, buyerId, energyWh, price }) => {
        return { interval: t, sellerId, buyerId, energyWh, buyerPrice: price, sellerPrice: price };
      });
      this.#trades.push(...kept);
    }
    this.#addHomes(outcome);
    this.#hear(outcome);
  }

  result(): SimulationResult {
    const { batteries, intervalMinutes } = this.#options.neighbourhood;
    const columns = this.#columns;
    this.#homes.forEach((home, h) => {
      const { chargedW = 0, dischargedW = 0, curtailedW = 0 } = this.#sumsW[h] ?? {};
      const whOf = (sumW: number): number => Math.floor((sumW * intervalMinutes) / 60);
      columns.chargedWh[h] = whOf(chargedW);
      columns.dischargedWh[h] = whOf(dischargedW);
      columns.curtailedWh[h] = whOf(curtailedW);
      const rangeWh = (batteries.storedMaxWh[h] as number) - (batteries.storedMinWh[h] as number);
      columns.cycles[h] = rangeWh === 0 ? 0 : whOf(dischargedW) / rangeWh;
      this.#ageing.finish(h, columns);
      columns.endStoredWh[h] = home.storedWh();
    });
    return {
      hash: resultHash(this.#intervals, columns),
      conserved: true,
      intervals: this.#intervals,
      homes: columns,
      forecasts: this.#scores,
      trace: this.#trace,
      network: null,
      books: this.#books,
      trades: this.#trades,
    };
  }

  #quote(t: number, interval: DeliveryInterval): boolean {
    const { siteIds, retailPrice, feedInPrice } = this.#options.neighbourhood;
    const moment = this.#moment;
    moment.interval = t;
    moment.retailPrice = retailPrice[t] as number;
    moment.feedInPrice = feedInPrice[t] as number;
    moment.referencePrice = this.#referencePrice ?? Math.floor((moment.retailPrice + moment.feedInPrice) / 2);
    this.#quotes.clear();
    const { expectedLoadWh, expectedPvWh } = moment;
    const isExpected = this.#forecast.expect(t, t, 0, siteIds.length, expectedLoadWh, expectedPvWh);
    this.#homes.forEach((home, h) => {
      const outlook = home.outlook(interval, isExpected ? (expectedPvWh[h] as number) : 0);
      moment.storedWh[h] = outlook?.storedWh ?? 0;
      moment.chargeMaxWh[h] = outlook?.chargeMaxWh ?? 0;
      moment.dischargeMaxWh[h] = outlook?.dischargeMaxWh ?? 0;
    });
    if (isExpected) this.#strategies.forEach((strategy, h) => void strategy.quote(h, moment, this.#quotes));
    return isExpected;
  }

  #orders(): readonly BookOrder[] {
    const column = (): Int32Array => new Int32Array(this.#quotes.count);
    const columns = { keys: column(), quantitiesWh: column(), sites: column() };
    const count = placeQuotes(this.#quotes, PRICE_TICK, columns, 0);
    return bookOrders(columns, count, PRICE_TICK, this.#options.neighbourhood.siteIds);
  }

  #addHomes({ t, steps, accounts, trades, isExpected }: IntervalOutcome): void {
    const { loadWh, pvWh, siteIds } = this.#options.neighbourhood;
    const columns = this.#columns;
    const add = (column: Float64Array, h: number, value: number | bigint): void => {
      column[h] = (column[h] as number) + Number(value);
    };
    trades.forEach(({ sellerId }, at) => {
      add(columns.feeNano, siteIds.indexOf(sellerId), accounts.fees[at] ?? 0n);
    });
    accounts.statements.forEach((statement, h) => {
      const [realLoadWh, realPvWh] = [loadWh, pvWh].map((of) => of[t * siteIds.length + h] as number) as [
        number,
        number,
      ];
      add(columns.loadWh, h, realLoadWh);
      add(columns.pvWh, h, realPvWh);
      add(columns.importWh, h, statement.meteredImportWh);
      add(columns.exportWh, h, statement.meteredExportWh);
      for (const name of ["soldWh", "boughtWh", "settledSoldWh", "settledBoughtWh"] as const) {
        add(columns[name], h, statement[name]);
      }
      for (const name of ["creditNano", "debitNano", "withTradingNano", "withoutTradingNano"] as const) {
        add(columns[name], h, statement[name]);
      }
      const sums = this.#sumsW[h];
      const step = steps[h];
      if (sums === undefined || step === undefined) return;
      sums.chargedW += Math.max(0, -step.batteryW);
      sums.dischargedW += Math.max(0, step.batteryW);
      sums.curtailedW += step.curtailedW;
      if (isExpected)
        scoreHome(columns, this.#scores, h, this.#moment, this.#forecast.spread, realLoadWh, realPvWh);
    });
    this.#tracedHomes.forEach((h, i) => {
      const at = t * this.#tracedHomes.length + i;
      const trace = this.#trace;
      const statement = accounts.statements[h];
      if (trace === null || statement === undefined) return;
      trace.importWh[at] = statement.meteredImportWh;
      trace.exportWh[at] = statement.meteredExportWh;
      trace.storedWh[at] = this.#homes[h]?.storedWh() ?? 0;
      trace.soldWh[at] = statement.soldWh;
      trace.boughtWh[at] = statement.boughtWh;
    });
  }

  #hear({ t, accounts }: IntervalOutcome): void {
    const price = this.#intervals.price[t] as number;
    if (price >= 0) this.#referencePrice = price;
    accounts.statements.forEach(({ soldWh, boughtWh, withTradingNano }, h) => {
      this.#strategies[h]?.cleared?.(h, t, soldWh, boughtWh, price);
      this.#strategies[h]?.settled?.(h, Number(withTradingNano));
    });
  }
}
