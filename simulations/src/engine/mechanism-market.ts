import assert from "node:assert/strict";
import {
  type BookOrder,
  bestWelfareOf,
  type ClearingContext,
  type Mechanism,
  type MechanismOutcome,
  welfareOf,
} from "@commonwatt/market";
import type { SiteId } from "@commonwatt/vpp-core";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import { tariffAt } from "../neighbourhood/tariff-at.ts";
import { bookOrders, homeOfOrder, placeOfOrder } from "./book-orders.ts";
import type { IntervalOrders } from "./interval-orders.ts";
import type { Lumps, MarketRun, Positions, Welfare } from "./market-run.ts";
import { GRID, type TradeColumns } from "./trade-columns.ts";

/** Any mechanism of the market, on its objects. */
export class MechanismMarket implements MarketRun {
  readonly #mechanism: Mechanism;
  readonly #neighbourhood: Neighbourhood;
  readonly #homeOf: ReadonlyMap<SiteId, number>;
  readonly #priceTick: number;

  constructor(mechanism: Mechanism, neighbourhood: Neighbourhood, priceTick: number) {
    this.#mechanism = mechanism;
    this.#priceTick = priceTick;
    this.#neighbourhood = neighbourhood;
    this.#homeOf = new Map(neighbourhood.siteIds.map((id, home) => [id, home]));
  }

  clear(orders: IntervalOrders, seed: string): void {
    const { siteIds } = this.#neighbourhood;
    this.clearBook(orders, bookOrders(orders, orders.count, this.#priceTick, siteIds), { seed });
  }

  /** Clears a book that was made of orders; the tariff is added to the context. */
  clearBook(orders: IntervalOrders, book: readonly BookOrder[], given: ClearingContext): void {
    const context = { ...given, tariff: tariffAt(this.#neighbourhood, orders.interval) };
    const outcome = this.#mechanism.clear(book, context);
    orders.orders = book;
    orders.context = context;
    orders.outcome = outcome;
    orders.price = meanPrice(outcome);
  }

  book({ orders }: IntervalOrders): readonly BookOrder[] {
    return orders;
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
    const { context } = orders;
    assert(context !== null, "what is settled was cleared before");
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
    welfare.bestNano = Number(bestWelfareOf(this.#mechanism, orders.orders, context));
    return {
      fees: fees.map(({ trader, amount }) => ({
        home: this.#homeOf.get(trader) ?? -1,
        amountNano: Number(amount),
      })),
      gridFeesNano: Number(gridFees),
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
