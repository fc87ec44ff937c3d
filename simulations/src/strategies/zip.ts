import { zip as zipBidder } from "@commonwatt/market";
import { namedPrices } from "./named-prices.ts";
import type { Strategy } from "./strategy.ts";

/** A margin that follows the market, interval by interval (Cliff and Bruten 1997). */
export const zip: Strategy = namedPrices("zip", zipBidder);
