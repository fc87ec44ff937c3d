import { type OrderSide, priceMicroPerKwh, seededRandom } from "@commonwatt/vpp-core";
import { describe, expect, it } from "vitest";
import { continuousSession, type SessionResult } from "../../test/bidding-session.ts";
import type { Bidder, BiddingMoment, Valuation } from "./bidder.ts";
import { linearRamp } from "./linear-ramp.ts";
import { truthful } from "./truthful.ts";
import { zeroIntelligenceConstrained, zeroIntelligenceUnconstrained } from "./zero-intelligence.ts";
import { zip } from "./zip.ts";

const PRICE_MAX = 300_000;
const valued = (side: OrderSide, value: number): Valuation => ({ side, value: priceMicroPerKwh(value) });
const at = (progress: number): BiddingMoment => ({
  priceMin: priceMicroPerKwh(80_000),
  priceMax: priceMicroPerKwh(PRICE_MAX),
  progress,
});

/** The lowest and the highest value of buyers and of sellers. */
interface Values {
  readonly bid: readonly [number, number];
  readonly offer: readonly [number, number];
}
/** Most buyers value energy near the retail price, most sellers near the feed-in price, and they overlap. */
const HOMES: Values = { bid: [150_000, 300_000], offer: [80_000, 230_000] };
/** Half of everybody should better not trade at all. */
const ANYBODY: Values = { bid: [0, 300_000], offer: [0, 300_000] };

/** Thirty sessions of fifteen buyers and fifteen sellers, the same on every run. */
function sessions<Memory>(bidder: Bidder<Memory>, values: Values): SessionResult[] {
  return Array.from({ length: 30 }, (_, i) => {
    const random = seededRandom(`bidders/${i}`);
    const draws = random.fork("values");
    const valuations = (["bid", "offer"] as const).flatMap((side) =>
      Array.from({ length: 15 }, () => valued(side, draws.integer(values[side][0], values[side][1]))),
    );
    return continuousSession(bidder, valuations, PRICE_MAX, random.fork("session"));
  });
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const efficiency = (results: readonly SessionResult[]): number =>
  mean(results.map((result) => result.efficiency));

describe("a market of zero-intelligence traders (Gode and Sunder)", () => {
  it("reaches at least 97 % of the welfare there is, though nobody in it knows anything", () => {
    expect(efficiency(sessions(zeroIntelligenceConstrained, HOMES))).toBeGreaterThanOrEqual(0.97);
  });

  it("still reaches 94 % where half of the traders should better not trade", () => {
    expect(efficiency(sessions(zeroIntelligenceConstrained, ANYBODY))).toBeGreaterThanOrEqual(0.94);
  });

  it("does not when nothing keeps them from losing", () => {
    expect(efficiency(sessions(zeroIntelligenceUnconstrained, HOMES))).toBeLessThan(0.9);
    expect(efficiency(sessions(zeroIntelligenceUnconstrained, ANYBODY))).toBeLessThan(0.5);
  });

  it("spreads prices wider than one of ZIP traders, who learn", () => {
    const zipSpread = mean(sessions(zip, HOMES).map(spread));
    expect(zipSpread).toBeLessThan(mean(sessions(zeroIntelligenceConstrained, HOMES).map(spread)) / 1.5);
  });
});

/** Standard deviation of the prices. */
function spread({ prices }: SessionResult): number {
  if (prices.length === 0) return 0;
  const middle = mean(prices);
  return Math.sqrt(mean(prices.map((price) => (price - middle) ** 2)));
}

describe("bidders", () => {
  const random = seededRandom("bidders");
  const limits = <Memory>(bidder: Bidder<Memory>, valuation: Valuation): number[] => {
    const memory = bidder.begin(valuation, random);
    return Array.from({ length: 500 }, () => bidder.limitPrice(valuation, at(0.5), memory, random));
  };

  it.each([zeroIntelligenceConstrained, truthful, linearRamp, zip] as Bidder<unknown>[])(
    "$name never names a price at which it loses",
    (bidder) => {
      for (const value of [0, 50_000, 150_000, 400_000]) {
        expect(Math.max(...limits(bidder, valued("bid", value)))).toBeLessThanOrEqual(value);
        expect(Math.min(...limits(bidder, valued("offer", value)))).toBeGreaterThanOrEqual(value);
      }
    },
  );

  it("zi-u names any price", () => {
    const named = limits(zeroIntelligenceUnconstrained, valued("bid", 100_000));
    expect(Math.min(...named)).toBeGreaterThanOrEqual(80_000);
    expect(Math.max(...named)).toBeGreaterThan(250_000);
  });

  it("the ramp goes from the best price to the value", () => {
    const ramp = (side: OrderSide, value: number): number[] =>
      [0, 0.5, 1].map((progress) => linearRamp.limitPrice(valued(side, value), at(progress), null, random));
    expect(ramp("bid", 200_000)).toEqual([80_000, 140_000, 200_000]);
    expect(ramp("offer", 100_000)).toEqual([300_000, 200_000, 100_000]);
  });

  it("a ZIP buyer pays more when a rival's bid is not taken, and less when offers are cheap", () => {
    const valuation = valued("bid", 200_000);
    const memory = zip.begin(valuation, random);
    const before = zip.limitPrice(valuation, at(0), memory, random);
    const after = (price: number, side: OrderSide, isTraded: boolean, isActive = true): number => {
      const shout = { side, price: priceMicroPerKwh(price), isTraded };
      return zip.limitPrice(valuation, at(0), zip.hear(valuation, shout, memory, random, isActive), random);
    };
    expect(after(before + 10_000, "bid", false)).toBeGreaterThan(before);
    expect(after(before + 10_000, "bid", false, false)).toBe(before);
    expect(after(before + 10_000, "offer", true)).toBeGreaterThan(before);
    expect(after(before - 10_000, "offer", true)).toBeLessThan(before);
    expect(after(before - 10_000, "bid", false)).toBe(before);
  });
});
