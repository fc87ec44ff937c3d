import assert from "node:assert/strict";
import {
  amountOf,
  type MoneyNano,
  NO_MONEY,
  priceMicroPerKwh,
  type SiteId,
  type Tariff,
  type Trade,
  type TradeSettlement,
  wattHours,
} from "@commonwatt/vpp-core";
import { type DeliveredParts, floorPart } from "./net-position.ts";

/**
 * Settles one trade: `a` of it is deliverable, `c` takeable, and `min(a, c)` is paid at its price. Who fell
 * short makes the other whole at the grid's prices. A price beyond the grid's leaves nobody worse off who
 * was left alone with the grid, so a make-whole is never below zero.
 */
export function settleTrade(
  trade: Trade,
  positions: ReadonlyMap<SiteId, DeliveredParts>,
  tariff: Tariff,
): TradeSettlement {
  const seller = positions.get(trade.sellerId);
  const buyer = positions.get(trade.buyerId);
  assert(seller !== undefined && buyer !== undefined, `trade ${trade.id} names an unknown site`);
  const deliverableWh = floorPart(trade.energyWh, seller.sales);
  const takeableWh = floorPart(trade.energyWh, buyer.purchases);
  const settledWh = wattHours(Math.min(deliverableWh, takeableWh));
  return {
    trade,
    settledWh,
    paidNano: amountOf(settledWh, trade.price),
    sellerMakeWholeNano: makeWhole(takeableWh - deliverableWh, tariff.retailPrice - trade.price),
    buyerMakeWholeNano: makeWhole(deliverableWh - takeableWh, trade.price - tariff.feedInPrice),
  };
}

function makeWhole(shortfallWh: number, lossPerKwhMicro: number): MoneyNano {
  if (shortfallWh <= 0 || lossPerKwhMicro <= 0) return NO_MONEY;
  return amountOf(wattHours(shortfallWh), priceMicroPerKwh(lossPerKwhMicro));
}
