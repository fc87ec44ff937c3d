import { DEFAULT_MARKET_RULES, keyOf } from "@commonwatt/market";
import { priceOnTick } from "@commonwatt/vpp-core";
import type { QuoteSheet } from "../strategies/quote-sheet.ts";

/** Limit prices of a market with nothing special about it are multiples of this, from 0 to the highest. */
export const PRICE_TICK: number = DEFAULT_MARKET_RULES.priceTick;
const LIMIT_PRICE_MAX: number = DEFAULT_MARKET_RULES.limitPriceMax;

/** Orders as columns. */
export interface OrderColumns {
  /** Side and tick of each, see `keyOf` of the market. */
  readonly keys: Int32Array;
  readonly quantitiesWh: Int32Array;
  /** The home of each. */
  readonly sites: Int32Array;
}

/**
 * Writes quotes as orders, from the place `from` on, with limits on the market's prices as a live site puts them.
 * Prices end at 0 and at the highest limit: a bid below that range and an offer above it are not placed, others
 * are put on its edge. Answers how many orders there are.
 */
export function placeQuotes(
  sheet: QuoteSheet,
  priceTick: number,
  orders: OrderColumns,
  from: number,
): number {
  const { homes, sides, energyWh, limitPrices, count } = sheet;
  const { keys, quantitiesWh, sites } = orders;
  let to = from;
  for (let at = 0; at < count; at++) {
    const side = sides[at] as 0 | 1;
    const price = priceOnTick(side === 0, limitPrices[at] as number, priceTick);
    if (side === 0 ? price < 0 : price > LIMIT_PRICE_MAX) continue;
    keys[to] = keyOf(side, Math.min(LIMIT_PRICE_MAX, Math.max(0, price)) / priceTick);
    quantitiesWh[to] = energyWh[at] as number;
    sites[to++] = homes[at] as number;
  }
  return to - from;
}
