import { amountOf, type MoneyNano, moneyNano, type SiteId, wattHours } from "@commonwatt/vpp-core";
import type { BookOrder, MechanismOutcome } from "../mechanisms/mechanism.ts";
import { optimumOf } from "./optimum.ts";

/** What a trader traded and what it came to. */
export interface TraderResult {
  readonly energyWh: number;
  /** What a buyer paid or a seller got, fees included. */
  readonly cash: MoneyNano;
}

/** How much each order got, from traders and from the grid; orders that got nothing are left out. */
export function filledWh({ trades, gridTrades }: MechanismOutcome): ReadonlyMap<string, number> {
  const filled = new Map<string, number>();
  const add = (id: string, energyWh: number): void => {
    filled.set(id, (filled.get(id) ?? 0) + energyWh);
  };
  for (const { bidId, offerId, energyWh } of trades) {
    add(bidId, energyWh);
    add(offerId, energyWh);
  }
  for (const { orderId, energyWh } of gridTrades) add(orderId, energyWh);
  return filled;
}

/** What every trader of a book traded, and what it came to. */
export function resultsByTrader(
  orders: readonly BookOrder[],
  outcome: MechanismOutcome,
): ReadonlyMap<SiteId, TraderResult> {
  const byId = new Map(orders.map((order) => [order.id, order]));
  const results = new Map(orders.map(({ trader }) => [trader, { energyWh: 0, cash: moneyNano(0n) }]));
  const add = (id: BookOrder["id"], energyWh: number, cash: bigint): void => {
    const result = results.get(byId.get(id)?.trader ?? ("" as SiteId));
    if (result === undefined) return;
    result.energyWh += energyWh;
    result.cash = moneyNano(result.cash + cash);
  };
  for (const { bidId, offerId, energyWh, buyerPrice, sellerPrice } of outcome.trades) {
    add(bidId, energyWh, amountOf(energyWh, buyerPrice));
    add(offerId, energyWh, amountOf(energyWh, sellerPrice));
  }
  for (const { orderId, energyWh, price } of outcome.gridTrades) {
    add(orderId, energyWh, amountOf(energyWh, price));
  }
  const buyers = new Set(orders.filter(({ side }) => side === "bid").map(({ trader }) => trader));
  for (const { trader, amount } of outcome.fees) {
    const result = results.get(trader);
    if (result !== undefined) {
      result.cash = moneyNano(result.cash + (buyers.has(trader) ? amount : -amount));
    }
  }
  return results;
}

/**
 * What a trader gains by a result, when `truth` are its orders at what the energy is really worth to it: a
 * buyer uses what it got where it is worth most, a seller gives what costs least. Energy beyond the truth is
 * worth nothing to a buyer; `null` for a seller who sold more than there is.
 */
export function gainOf(truth: readonly BookOrder[], { energyWh, cash }: TraderResult): MoneyNano | null {
  const isBuyer = truth[0]?.side !== "offer";
  const best = truth.toSorted((a, b) =>
    isBuyer ? b.limitPrice - a.limitPrice : a.limitPrice - b.limitPrice,
  );
  let leftWh = energyWh;
  let worth = 0n;
  for (const order of best) {
    const usedWh = wattHours(Math.min(leftWh, order.energyWh));
    worth += amountOf(usedWh, order.limitPrice);
    leftWh -= usedWh;
  }
  if (isBuyer) return moneyNano(worth - cash);
  return leftWh > 0 ? null : moneyNano(cash - worth);
}

/**
 * What the trades are worth to all, at the limits of `orders`: what buyers would have paid at most, less what
 * sellers would have taken at least, less what goes to the grid. Prices between members do not matter.
 */
export function welfareOf(orders: readonly BookOrder[], outcome: MechanismOutcome): MoneyNano {
  const filled = filledWh(outcome);
  let welfare: bigint = -outcome.grid;
  for (const { id, side, limitPrice } of orders) {
    const worth = amountOf(wattHours(filled.get(id) ?? 0), limitPrice);
    welfare += side === "bid" ? worth : -worth;
  }
  return moneyNano(welfare);
}

/**
 * Welfare as a share of the best, at the limits of `orders`, which may be the true values behind the orders
 * that were cleared (same ids). `null` when there is nothing to gain.
 * @param best - that of all traders among themselves, unless another one is to be reached.
 */
export function efficiencyOf(
  orders: readonly BookOrder[],
  outcome: MechanismOutcome,
  best: MoneyNano = optimumOf(orders).welfare,
): number | null {
  return best === 0n ? null : Number(welfareOf(orders, outcome)) / Number(best);
}
