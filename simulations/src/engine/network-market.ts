import { type BookOrder, type LinearSolver, type Mechanism, optimumOf, welfareOf } from "@commonwatt/market";
import { freeNetwork, GRID_ZONE, type LimitedNetwork } from "../grid/limited-network.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import { bookOrders, homeOfOrder, placeOfOrder } from "./book-orders.ts";
import { type FreeOrders, freeOrders } from "./free-orders.ts";
import type { IntervalOrders } from "./interval-orders.ts";
import type { Lumps, MarketRun, Outlook, Positions, Welfare } from "./market-run.ts";
import { MechanismMarket } from "./mechanism-market.ts";
import { PRICE_TICK } from "./place-quotes.ts";
import type { NetworkColumns } from "./simulation-result.ts";
import type { TradeColumns } from "./trade-columns.ts";

/**
 * A market that clears within the limits of a feeder. What homes take and give whatever is traded flows anyway, so
 * no clearing can keep it back: it trades freely, as it changes nothing that flows. What batteries would move beside it
 * trades only as far as the limits have room. So as far as homes know what they will need, what flows is within the
 * limits, or no trade makes it worse.
 */
export class NetworkMarket implements MarketRun {
  readonly columns: NetworkColumns;
  readonly targets: Positions;
  readonly #market: MechanismMarket;
  readonly #neighbourhood: Neighbourhood;
  readonly #network: LimitedNetwork;
  readonly #solver: LinearSolver;
  readonly #anywayWh: Float64Array;
  readonly #movedWh: Float64Array;

  constructor(
    mechanism: Mechanism,
    neighbourhood: Neighbourhood,
    network: LimitedNetwork,
    solver: LinearSolver,
  ) {
    const { intervals, siteIds } = neighbourhood;
    const { zones } = network;
    this.#market = new MechanismMarket(mechanism, neighbourhood, PRICE_TICK);
    this.#neighbourhood = neighbourhood;
    this.#network = network;
    this.#solver = solver;
    this.#anywayWh = new Float64Array(siteIds.length);
    this.#movedWh = new Float64Array(siteIds.length);
    this.targets = { soldWh: new Int32Array(siteIds.length), boughtWh: new Int32Array(siteIds.length) };
    this.columns = {
      zones,
      zonePrices: new Int32Array(intervals * zones.length).fill(-1),
      keptBackNano: new Float64Array(intervals),
      passed: new Int32Array(intervals),
    };
  }

  clear(orders: IntervalOrders, seed: string, outlook: Outlook): void {
    const { siteIds, intervalMinutes } = this.#neighbourhood;
    const anywayWh = this.#anywayWh;
    for (let home = 0; home < anywayWh.length; home++) anywayWh[home] = outlook.expectedWh(home, 0);
    const network = freeNetwork(this.#network, anywayWh, intervalMinutes);
    const free = freeOrders(orders, anywayWh, outlook);
    const zones = free.isFree.map((isFree, at) =>
      isFree ? (this.#network.homeZones[free.sites[at] as number] ?? GRID_ZONE) : GRID_ZONE,
    );
    const book = bookOrders(free, free.count, PRICE_TICK, siteIds, zones);
    this.#market.clearBook(orders, book, { seed, network, solver: this.#solver });
    this.#note(orders, network.passed.length);
    this.#aim(orders, free);
  }

  book(orders: IntervalOrders): readonly BookOrder[] {
    return this.#market.book(orders);
  }

  addPositions(orders: IntervalOrders, positions: Positions, fromHome: number, toHome: number): void {
    this.#market.addPositions(orders, positions, fromHome, toHome);
  }

  settle(orders: IntervalOrders, trades: TradeColumns, welfare: Welfare): Lumps {
    return this.#market.settle(orders, trades, welfare);
  }

  #note({ interval, orders, outcome }: IntervalOrders, passed: number): void {
    if (outcome === null) return;
    const { zones, zonePrices, keptBackNano } = this.columns;
    const zoneOf = new Map(orders.map(({ id, zone }) => [id, zone]));
    const filled = new Set(
      outcome.trades.flatMap(({ bidId, offerId }) => [zoneOf.get(bidId), zoneOf.get(offerId)]),
    );
    for (const { zone, price } of outcome.network?.zonePrices ?? []) {
      if (filled.has(zone)) zonePrices[interval * zones.length + zones.indexOf(zone)] = price;
    }
    keptBackNano[interval] = Number(optimumOf(orders).welfare - welfareOf(orders, outcome));
    this.columns.passed[interval] = passed;
  }

  /** Whoever has traded what is free moves it beside what flows anyway; all others look after themselves. */
  #aim({ outcome }: IntervalOrders, { isFree }: FreeOrders): void {
    const { soldWh, boughtWh } = this.targets;
    const movedWh = this.#movedWh.fill(0);
    for (const { bidId, offerId, energyWh } of outcome?.trades ?? []) {
      for (const [id, sign] of [
        [bidId, 1],
        [offerId, -1],
      ] as const) {
        const home = homeOfOrder(id);
        if (isFree[placeOfOrder(id)] === true) movedWh[home] = (movedWh[home] as number) + sign * energyWh;
      }
    }
    for (let home = 0; home < movedWh.length; home++) {
      const moved = movedWh[home] as number;
      const meterWh = moved === 0 ? 0 : Math.trunc(this.#anywayWh[home] as number) + moved;
      boughtWh[home] = Math.max(0, meterWh);
      soldWh[home] = Math.max(0, -meterWh);
    }
  }
}
