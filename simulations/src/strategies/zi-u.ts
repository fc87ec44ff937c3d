import { zeroIntelligenceUnconstrained } from "@commonwatt/market";
import { namedPrices } from "./named-prices.ts";
import type { Strategy } from "./strategy.ts";

/** Any price between feed-in and retail, also one at which it loses (Gode and Sunder 1993). */
export const ziU: Strategy = namedPrices("zi-u", zeroIntelligenceUnconstrained);
