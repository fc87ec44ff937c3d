import assert from "node:assert/strict";
import {
  amountOf,
  moneyNano,
  NO_MONEY,
  type PriceMicroPerKwh,
  sumMoney,
  wattHours,
} from "@commonwatt/vpp-core";
import { checkOrders } from "./check-orders.ts";
import type {
  BookOrder,
  ClearingContext,
  ClearingDecision,
  Mechanism,
  MechanismOutcome,
  MechanismTrade,
} from "./mechanism.ts";

/** A mechanism whose `clear` decides who trades what at which prices, and leaves the rest to us. */
export interface MechanismRule extends Omit<Mechanism, "clear"> {
  decide(orders: readonly BookOrder[], context: ClearingContext): ClearingDecision;
}

/**
 * Makes a mechanism of a rule: checks the book before it and the decision after it, and keeps the accounts.
 * A rule that fills more than an order asked for, or passes a limit, ends in an AssertionError. Adds O(n).
 */
export function defineMechanism(rule: MechanismRule): Mechanism {
  const { decide, ...mechanism } = rule;
  return {
    ...mechanism,
    clear(orders, context) {
      const byId = checkOrders(orders);
      const decision = decide(orders, context);
      checkDecision(byId, decision);
      return outcomeOf(byId, decision);
    },
  };
}

/** Takes a k; throws an AssertionError unless it is an integer of 0 to 1000 thousandths. */
export function perMille(k: number): number {
  assert(
    Number.isInteger(k) && k >= 0 && k <= 1000,
    `k must be an integer of 0 to 1000 thousandths, got ${k}`,
  );
  return k;
}

function checkDecision(orders: ReadonlyMap<string, BookOrder>, decision: ClearingDecision): void {
  const filledWh = new Map<string, number>();
  const fill = (id: string, side: BookOrder["side"] | null, energyWh: number, price: number): void => {
    const order = orders.get(id);
    assert(order !== undefined && side !== null, "a mechanism may only fill orders of its book");
    assert(order.side === side, "a bid buys and an offer sells");
    const gain = side === "bid" ? order.limitPrice - price : price - order.limitPrice;
    assert(gain >= 0, `order ${id} was filled against its limit`);
    const filled = (filledWh.get(id) ?? 0) + energyWh;
    assert(energyWh > 0 && filled <= order.energyWh, `order ${id} was filled beyond its energy`);
    filledWh.set(id, filled);
  };
  for (const { bidId, offerId, energyWh, buyerPrice, sellerPrice } of decision.trades) {
    fill(bidId, "bid", energyWh, buyerPrice);
    fill(offerId, "offer", energyWh, sellerPrice);
  }
  for (const { orderId, energyWh, price } of decision.gridTrades ?? []) {
    fill(orderId, orders.get(orderId)?.side ?? null, energyWh, price);
  }
}

function outcomeOf(orders: ReadonlyMap<string, BookOrder>, decision: ClearingDecision): MechanismOutcome {
  const { trades, gridTrades = [], fees = [], gridFees = NO_MONEY, network = null } = decision;
  let volumeWh = 0;
  let operator: bigint = sumMoney(fees.map((fee) => fee.amount)) - gridFees;
  for (const trade of trades) {
    volumeWh += trade.energyWh;
    if (trade.buyerPrice !== trade.sellerPrice) {
      operator += amountOf(trade.energyWh, trade.buyerPrice) - amountOf(trade.energyWh, trade.sellerPrice);
    }
  }
  let grid: bigint = gridFees;
  for (const { orderId, energyWh, price, gridPrice } of gridTrades) {
    const sign = orders.get(orderId)?.side === "bid" ? 1n : -1n;
    grid += sign * amountOf(energyWh, gridPrice);
    operator += sign * (amountOf(energyWh, price) - amountOf(energyWh, gridPrice));
  }
  return {
    clearingPrice: onePriceOf(trades),
    volumeWh: wattHours(volumeWh),
    trades,
    gridTrades,
    fees,
    gridFees,
    network,
    operator: moneyNano(operator),
    grid: moneyNano(grid),
  };
}

function onePriceOf(trades: readonly MechanismTrade[]): PriceMicroPerKwh | null {
  const price = trades[0]?.buyerPrice ?? null;
  const isShared = trades.every((trade) => trade.buyerPrice === price && trade.sellerPrice === price);
  return isShared ? price : null;
}
