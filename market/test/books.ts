import { type Hex, type OrderSide, priceMicroPerKwh, siteId, wattHours } from "@commonwatt/vpp-core";
import type { BookOrder } from "../src/mechanisms/mechanism.ts";

/** Energy and limit price of an order, and who wrote it; without, it is the only order of its trader. */
export type Row = readonly [energyWh: number, limitPrice: number, trader?: string];

/** An order by its number in a book: `buyer-2` wrote the bid `0xb02`, `seller-0` the offer `0xa00`. */
function orderOf(side: OrderSide, at: number, [energyWh, limitPrice, trader]: Row): BookOrder {
  const id: Hex = `0x${side === "bid" ? "b" : "a"}${at.toString(16).padStart(2, "0")}`;
  return {
    id,
    trader: siteId(trader ?? `${side === "bid" ? "buyer" : "seller"}-${at}`),
    side,
    energyWh: wattHours(energyWh),
    limitPrice: priceMicroPerKwh(limitPrice),
  };
}

/** A book of bids and offers. */
export function book(bids: readonly Row[], offers: readonly Row[]): BookOrder[] {
  return [
    ...bids.map((row, i) => orderOf("bid", i, row)),
    ...offers.map((row, i) => orderOf("offer", i, row)),
  ];
}

/** Rows of one Wh each. */
export const units = (...prices: number[]): Row[] => prices.map((price) => [1, price]);
