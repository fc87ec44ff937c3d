import assert from "node:assert/strict";
import { type PriceMicroPerKwh, priceMicroPerKwh } from "@commonwatt/vpp-core";
import { type MechanismSpec, mechanismOf } from "../mechanisms/mechanism-registry.ts";

/** What a market's operator may choose. Kept in the journal, so that a replay follows the same rules. */
export interface MarketRules {
  /** One with one price per trade: the accounts of a live market know no operator between the sides. */
  readonly mechanism: MechanismSpec;
  /** The highest limit price that an order may name; the lowest is 0. */
  readonly limitPriceMax: PriceMicroPerKwh;
  /** How many orders a site may have in one interval. */
  readonly siteOrdersMax: number;
}

/** Rules for a market that has nothing special about it: the middle price, up to 10 per kWh, 16 orders. */
export const DEFAULT_MARKET_RULES: MarketRules = {
  mechanism: { name: "uniform-price", kPerMille: 500 },
  limitPriceMax: priceMicroPerKwh(10_000_000),
  siteOrdersMax: 16,
};

/** A million per kWh: a thousand times it, which the clearing price needs, is still a safe integer. */
const LIMIT_PRICE_CEILING = 1e12;

/** Throws an AssertionError unless the rules can be followed. */
export function assertMarketRules(rules: MarketRules): void {
  assert(
    Number.isInteger(rules.limitPriceMax) &&
      rules.limitPriceMax >= 0 &&
      rules.limitPriceMax <= LIMIT_PRICE_CEILING,
    `limitPriceMax must be an integer of 0 to ${LIMIT_PRICE_CEILING}, got ${rules.limitPriceMax}`,
  );
  const { name, promises } = mechanismOf(rules.mechanism);
  assert(
    promises.onePricePerTrade && promises.needs === "nothing",
    `the mechanism ${name} cannot clear a live market: its trades must have one price and need no more than orders`,
  );
  assert(
    Number.isSafeInteger(rules.siteOrdersMax) && rules.siteOrdersMax >= 1,
    `siteOrdersMax must be an integer ≥ 1, got ${rules.siteOrdersMax}`,
  );
}
