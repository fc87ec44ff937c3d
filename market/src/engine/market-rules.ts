import assert from "node:assert/strict";
import { type PriceMicroPerKwh, priceMicroPerKwh } from "@commonwatt/vpp-core";
import { SELF_TRADE_POLICY } from "../book/self-trade.ts";
import { type MechanismSpec, mechanismOf } from "../mechanisms/mechanism-registry.ts";

/** What a market's operator may choose. Kept in the journal, so that a replay follows the same rules. */
export interface MarketRules {
  /**
   * How long before gate closure, in ms, orders stop to trade at once and wait for the call auction. 0: orders
   * trade at once until the end. As long as gates are open, or longer: the market is a call auction only.
   */
  readonly callPhaseMs: number;
  /** Clears the call auction. One with one price per trade: a live market has no account between the sides. */
  readonly mechanism: MechanismSpec;
  /** Limit prices are multiples of this. */
  readonly priceTick: PriceMicroPerKwh;
  /** The highest limit price that an order may name; the lowest is 0. */
  readonly limitPriceMax: PriceMicroPerKwh;
  /** What happens when an order meets one of its own site while the gate is open. */
  readonly selfTrade: "cancel-newest" | "cancel-resting" | "decrement";
  /**
   * How long the market knows an interval after its delivery, in ms. The clearing must have been taken from it by
   * then, and an order sent again gets another answer after it. What it knows is in memory and in each snapshot.
   */
  readonly historyMs: number;
  /** How many orders a site may have at once in one interval. */
  readonly siteOrdersMax: number;
  /**
   * Whether orders may end by themselves before the gate closes: immediate or cancel, fill or kill, good till time.
   * How such an order ended cannot be proved to a court, so a market that settles in an escrow does without.
   */
  readonly timedOrders: boolean;
}

/** Which policy of the matching core a rule names. Own orders never trade: no trade is with oneself. */
export const SELF_TRADE_POLICIES: Readonly<Record<MarketRules["selfTrade"], 1 | 2 | 3>> = {
  "cancel-newest": SELF_TRADE_POLICY.CANCEL_NEWEST,
  "cancel-resting": SELF_TRADE_POLICY.CANCEL_RESTING,
  decrement: SELF_TRADE_POLICY.DECREMENT,
};

/**
 * Rules for a market that has nothing special about it: continuous until five minutes before gate closure, then
 * a call auction at the middle price; prices up to 10 per kWh in steps of a thousandth, 16 orders, two days.
 */
export const DEFAULT_MARKET_RULES: MarketRules = {
  callPhaseMs: 300_000,
  mechanism: { name: "uniform-price", kPerMille: 500 },
  priceTick: priceMicroPerKwh(1_000),
  limitPriceMax: priceMicroPerKwh(10_000_000),
  selfTrade: "cancel-newest",
  historyMs: 48 * 3_600_000,
  siteOrdersMax: 16,
  timedOrders: true,
};

/** A million per kWh: a thousand times it, which the clearing price needs, is still a safe integer. */
const LIMIT_PRICE_CEILING = 1e12;
/** The most prices that a book of the matching core has. */
export const TICKS_MAX = 32_768;

/** How many prices orders may name: 0, one tick, and so on up to the highest. */
export function ticksOf({
  limitPriceMax,
  priceTick,
}: Pick<MarketRules, "limitPriceMax" | "priceTick">): number {
  return limitPriceMax / priceTick + 1;
}

/** Throws an AssertionError unless the rules can be followed. */
export function assertMarketRules(rules: MarketRules): void {
  const { callPhaseMs, priceTick, limitPriceMax, selfTrade, siteOrdersMax } = rules;
  assert(
    Number.isInteger(limitPriceMax) && limitPriceMax >= 0 && limitPriceMax <= LIMIT_PRICE_CEILING,
    `limitPriceMax must be an integer of 0 to ${LIMIT_PRICE_CEILING}, got ${limitPriceMax}`,
  );
  const isTick = Number.isSafeInteger(priceTick) && priceTick >= 1 && limitPriceMax % priceTick === 0;
  assert(
    isTick && ticksOf(rules) <= TICKS_MAX,
    `priceTick must divide limitPriceMax into ${TICKS_MAX - 1} steps or fewer, got ${priceTick}`,
  );
  assert(
    Number.isSafeInteger(callPhaseMs) && callPhaseMs >= 0,
    `callPhaseMs must be an integer ≥ 0, got ${callPhaseMs}`,
  );
  const { historyMs } = rules;
  assert(
    Number.isSafeInteger(historyMs) && historyMs >= 0,
    `historyMs must be an integer ≥ 0, got ${historyMs}`,
  );
  assert(Object.hasOwn(SELF_TRADE_POLICIES, selfTrade), `selfTrade is no policy: ${selfTrade}`);
  const { name, promises } = mechanismOf(rules.mechanism);
  assert(
    promises.onePricePerTrade && promises.needs === "nothing",
    `the mechanism ${name} cannot clear a live market: its trades must have one price and need no more than orders`,
  );
  assert(
    Number.isSafeInteger(siteOrdersMax) && siteOrdersMax >= 1,
    `siteOrdersMax must be an integer ≥ 1, got ${siteOrdersMax}`,
  );
}
