import { zeroIntelligenceConstrained } from "@commonwatt/market";
import { namedPrices } from "./named-prices.ts";
import type { Strategy } from "./strategy.ts";

/** Any price at which it does not lose (Gode and Sunder 1993). */
export const ziC: Strategy = namedPrices("zi-c", zeroIntelligenceConstrained);
