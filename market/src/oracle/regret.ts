import {
  type MoneyNano,
  moneyNano,
  type PriceMicroPerKwh,
  priceMicroPerKwh,
  type SiteId,
  wattHours,
} from "@commonwatt/vpp-core";
import type { BookOrder, ClearingContext, Mechanism } from "../mechanisms/mechanism.ts";
import { gainOf, resultsByTrader } from "./welfare.ts";

/** What kinds of lie are tried. */
export interface LieKinds {
  /** Also with less energy than there is, with twice as much, or an order fewer. */
  readonly energy: boolean;
}

/** The lie that pays best. */
export interface Lie {
  /** How much more it gains than the truth; never below zero, since the truth is tried too. */
  readonly regret: MoneyNano;
  /** The orders that the trader writes instead of the true ones. */
  readonly orders: readonly BookOrder[];
}

/**
 * What a trader gains in a book, at what its energy is really worth to it, when it writes `own` instead of its
 * true orders while everybody else says the truth; `null` when it sold more than it has.
 */
export function gainByWriting(
  mechanism: Mechanism,
  orders: readonly BookOrder[],
  context: ClearingContext,
  trader: SiteId,
  own: readonly BookOrder[],
): MoneyNano | null {
  const truth = orders.filter((order) => order.trader === trader);
  const others = orders.filter((order) => order.trader !== trader);
  const outcome = mechanism.clear([...others, ...own], context);
  return gainOf(truth, resultsByTrader(own, outcome).get(trader) ?? { energyWh: 0, cash: moneyNano(0n) });
}

/**
 * Searches the best lie of one trader while everybody else says the truth: each of its orders alone, and all
 * of them at once, at every price where the outcome can turn (every limit of the book, one micro above and
 * one below it), and on request with other energies. Costs some `3·n·(own orders + 1)` clearings.
 */
export function bestLie(
  mechanism: Mechanism,
  orders: readonly BookOrder[],
  context: ClearingContext,
  trader: SiteId,
  kinds: LieKinds,
): Lie {
  const truth = orders.filter((order) => order.trader === trader);
  const honest = gainByWriting(mechanism, orders, context, trader, truth) ?? moneyNano(0n);
  let best: Lie = { regret: moneyNano(0n), orders: truth };
  for (const lie of lies(truth, criticalPrices(orders), kinds)) {
    const gained = gainByWriting(mechanism, orders, context, trader, lie);
    if (gained !== null && gained - honest > best.regret) {
      best = { regret: moneyNano(gained - honest), orders: lie };
    }
  }
  return best;
}

/** Every price where the outcome of a book can turn: each limit, one micro above and one below it. */
export function criticalPrices(orders: readonly BookOrder[]): readonly PriceMicroPerKwh[] {
  const prices = orders.flatMap(({ limitPrice }) => [limitPrice - 1, limitPrice, limitPrice + 1]);
  return [...new Set(prices)].filter((price) => price >= 0).map(priceMicroPerKwh);
}

function* lies(
  truth: readonly BookOrder[],
  prices: readonly PriceMicroPerKwh[],
  { energy }: LieKinds,
): Generator<readonly BookOrder[]> {
  for (const price of prices) {
    if (truth.length > 1) yield truth.map((order) => ({ ...order, limitPrice: price }));
    for (const order of truth) yield replaced(truth, { ...order, limitPrice: price });
  }
  if (!energy) return;
  for (const order of truth) {
    yield truth.filter(({ id }) => id !== order.id);
    const energies = new Set([1, Math.floor(order.energyWh / 2), order.energyWh - 1, 2 * order.energyWh]);
    for (const energyWh of [...energies].filter((energyWh) => energyWh > 0 && energyWh !== order.energyWh)) {
      yield replaced(truth, { ...order, energyWh: wattHours(energyWh) });
    }
  }
}

function replaced(orders: readonly BookOrder[], order: BookOrder): readonly BookOrder[] {
  return orders.map((own) => (own.id === order.id ? order : own));
}
