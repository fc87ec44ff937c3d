import assert from "node:assert/strict";
import {
  type BookOrder,
  bestWelfareOf,
  type ClearingContext,
  type Mechanism,
  type MechanismOutcome,
  welfareOf,
} from "@commonwatt/market";
import { priceMicroPerKwh, type SiteId } from "@commonwatt/vpp-core";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import { bookOrders, homeOfOrder, placeOfOrder } from "./book-orders.ts";
import type { IntervalOrders } from "./interval-orders.ts";
import type { Lumps, MarketRun, Positions, Welfare } from "./market-run.ts";
import type { SimulationOptions } from "./simulation-options.ts";
import { GRID, type TradeColumns } from "./trade-columns.ts";

/** Any mechanism of the market, on its objects. */
export class MechanismMarket implements MarketRun {
  readonly #mechanism: Mechanism;
  readonly #neighbourhood: Neighbourhood;
  readonly #network: SimulationOptions["network"];
  readonly #homeOf: ReadonlyMap<SiteId, number>;
  readonly #priceTick: number;

  constructor(mechanism: Mechanism, { neighbourhood, network }: SimulationOptions, priceTick: number) {
    this.#mechanism = mechanism;
    this.#priceTick = priceTick;
    this.#neighbourhood = neighbourhood;
    this.#network = network;
    this.#homeOf = new Map(neighbourhood.siteIds.map((id, home) => [id, home]));
  }

  clear(orders: IntervalOrders, seed: string): void {
    const { siteIds } = this.#neighbourhood;
    const zones = this.#network?.zones ?? null;
    orders.orders = bookOrders(orders, orders.count, this.#priceTick, siteIds, zones);
    const outcome = this.#mechanism.clear(orders.orders, this.#context(orders.interval, seed));
    orders.outcome = outcome;
    orders.price = meanPrice(outcome);
  }

  addPositions(
    orders: IntervalOrders,
    { soldWh, boughtWh }: Positions,
    fromHome: number,
    toHome: number,
  ): void {
    const add = (column: Int32Array, home: number, energyWh: number): void => {
      if (home >= fromHome && home < toHome) column[home] = (column[home] as number) + energyWh;
    };
    const { trades, gridTrades } = outcomeOf(orders);
    for (const { bidId, offerId, energyWh } of trades) {
      add(boughtWh, homeOfOrder(bidId), energyWh);
      add(soldWh, homeOfOrder(offerId), energyWh);
    }
    for (const { orderId, energyWh } of gridTrades) {
      add(isBid(orders.orders, orderId) ? boughtWh : soldWh, homeOfOrder(orderId), energyWh);
    }
  }

  settle(orders: IntervalOrders, trades: TradeColumns, welfare: Welfare): Lumps {
    const outcome = outcomeOf(orders);
    const { gridTrades, fees, gridFees } = outcome;
    trades.reserve(outcome.trades.length + gridTrades.length);
    let at = 0;
    for (const { bidId, offerId, energyWh, buyerPrice, sellerPrice } of outcome.trades) {
      trades.set(at++, homeOfOrder(offerId), homeOfOrder(bidId), energyWh, buyerPrice, sellerPrice);
    }
    for (const { orderId, energyWh, price, gridPrice } of gridTrades) {
      const home = homeOfOrder(orderId);
      if (isBid(orders.orders, orderId)) trades.set(at++, GRID, home, energyWh, price, gridPrice);
      else trades.set(at++, home, GRID, energyWh, gridPrice, price);
    }
    welfare.welfareNano = Number(welfareOf(orders.orders, outcome));
    const context = this.#context(orders.interval, "");
    welfare.bestNano = Number(bestWelfareOf(this.#mechanism, orders.orders, context));
    return {
      fees: fees.map(({ trader, amount }) => ({
        home: this.#homeOf.get(trader) ?? -1,
        amountNano: Number(amount),
      })),
      gridFeesNano: Number(gridFees),
    };
  }

  #context(interval: number, seed: string): ClearingContext {
    const { retailPrice, feedInPrice } = this.#neighbourhood;
    const network = this.#network;
    return {
      seed,
      tariff: {
        retailPrice: priceMicroPerKwh(retailPrice[interval] as number),
        feedInPrice: priceMicroPerKwh(feedInPrice[interval] as number),
      },
      ...(network === undefined ? {} : { network: network.lines, solver: network.solver }),
    };
  }
}

function outcomeOf({ outcome }: IntervalOrders): MechanismOutcome {
  assert(outcome !== null, "what is settled was cleared before");
  return outcome;
}

function isBid(orders: readonly BookOrder[], id: BookOrder["id"]): boolean {
  return orders[placeOfOrder(id)]?.side === "bid";
}

/** What members paid and got for a kWh from each other on average, rounded down; −1 when nothing was traded. */
function meanPrice({ trades }: MechanismOutcome): number {
  let energyWh = 0;
  let worth = 0n;
  for (const trade of trades) {
    energyWh += trade.energyWh;
    worth += BigInt(trade.energyWh) * BigInt(trade.buyerPrice + trade.sellerPrice);
  }
  return energyWh === 0 ? -1 : Number(worth / BigInt(2 * energyWh));
}
