import { DEFAULT_MARKET_RULES } from "@commonwatt/market";
import { priceOnTick } from "@commonwatt/vpp-core";
import type { QuoteSheet } from "../strategies/quote-sheet.ts";

/** Limit prices are multiples of this, from 0 to the highest: the rules of a market with nothing special about it. */
const PRICE_TICK: number = DEFAULT_MARKET_RULES.priceTick;
const LIMIT_PRICE_MAX: number = DEFAULT_MARKET_RULES.limitPriceMax;

/**
 * Puts quotes on the market's prices, from the place `from` on, as a live site does. Prices end at 0 and at the
 * highest limit: a bid below that range and an offer above it are not placed, others are put on its edge.
 */
export function placeQuotes(sheet: QuoteSheet, from: number): void {
  const { homes, sides, energyWh, limitPrices, count } = sheet;
  let to = from;
  for (let at = from; at < count; at++) {
    const isBid = sides[at] === 0;
    const price = priceOnTick(isBid, limitPrices[at] as number, PRICE_TICK);
    if (isBid ? price < 0 : price > LIMIT_PRICE_MAX) continue;
    homes[to] = homes[at] as number;
    sides[to] = sides[at] as number;
    energyWh[to] = energyWh[at] as number;
    limitPrices[to++] = Math.min(LIMIT_PRICE_MAX, Math.max(0, price));
  }
  sheet.count = to;
}
