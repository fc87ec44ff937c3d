import assert from "node:assert/strict";
import {
  type MoneyNano,
  moneyNano,
  NO_MONEY,
  type SiteId,
  type Tariff,
  type Trade,
  type TradeSettlement,
  wattHours,
} from "@commonwatt/vpp-core";
import { deliverableWh, type NetPosition, takeableWh } from "./net-position.ts";

const PPM = 1_000_000;

/**
 * Settles one trade: `a` of it is deliverable, `c` takeable, and `min(a, c)` is paid at its price. Who fell
 * short makes the other whole at the grid's prices. A price beyond the grid's leaves nobody worse off who
 * was left alone with the grid, so a make-whole is never below zero.
 */
export function settleTrade(
  trade: Trade,
  positions: ReadonlyMap<SiteId, NetPosition>,
  tariff: Tariff,
): TradeSettlement {
  const seller = positions.get(trade.sellerId);
  const buyer = positions.get(trade.buyerId);
  if (seller === undefined || buyer === undefined) {
    assert.fail(`trade ${trade.id} names a site that is not metered here`);
  }
  const delivered = deliverableWh(trade.energyWh, seller.netWh, seller.exportWh);
  const taken = takeableWh(trade.energyWh, buyer.netWh, buyer.importWh);
  const settledWh = wattHours(Math.min(delivered, taken));
  return {
    trade,
    settledWh,
    paidNano: money(settledWh, trade.price),
    sellerMakeWholeNano: makeWhole(taken - delivered, tariff.retailPrice - trade.price),
    buyerMakeWholeNano: makeWhole(delivered - taken, trade.price - tariff.feedInPrice),
  };
}

/** What the operator keeps of what is paid for energy: rounded down, off the seller's credit. */
export function feeOf(paidNano: MoneyNano, feePpm: number): MoneyNano {
  return feePpm === 0 ? NO_MONEY : moneyNano((paidNano * BigInt(feePpm)) / BigInt(PPM));
}

/** The fee of {@link feeOf} on bare numbers, exact for any safe payment. */
export function feeOfNano(paidNano: number, feePpm: number): number {
  const millions = Math.floor(paidNano / PPM);
  return millions * feePpm + Math.floor(((paidNano - millions * PPM) * feePpm) / PPM);
}

/** What a kWh that fell short is made up with, in micro: what it costs the other, and nothing when it costs nothing. */
export function makeWholePrice(shortfallWh: number, lossPerKwhMicro: number): number {
  return shortfallWh > 0 && lossPerKwhMicro > 0 ? lossPerKwhMicro : 0;
}

function makeWhole(shortfallWh: number, lossPerKwhMicro: number): MoneyNano {
  return money(shortfallWh, makeWholePrice(shortfallWh, lossPerKwhMicro));
}

/** Energy times price in nano, exactly; most products are safe integers, which multiply many times faster. */
function money(energyWh: number, priceMicro: number): MoneyNano {
  const product = energyWh * priceMicro;
  return moneyNano(Number.isSafeInteger(product) ? BigInt(product) : BigInt(energyWh) * BigInt(priceMicro));
}
