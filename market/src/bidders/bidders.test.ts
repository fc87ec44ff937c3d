import { type OrderSide, priceMicroPerKwh, seededRandom } from "@commonwatt/vpp-core";
import { describe, expect, it } from "vitest";
import { type DayResult, SYMMETRIC, smithsAlpha, tradingDays } from "../../test/bidding-session.ts";
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

/** Sessions of some days by as many draws of fifteen buyers and fifteen sellers, the same on every run. */
function sessions<Memory>(
  bidder: Bidder<Memory>,
  values: Values | null,
  { count, days }: { readonly count: number; readonly days: number },
): (readonly DayResult[])[] {
  return Array.from({ length: count }, (_, i) => {
    const random = seededRandom(`bidders/${i}`);
    const draws = random.fork("values");
    const valuations =
      values === null
        ? SYMMETRIC
        : (["bid", "offer"] as const).flatMap((side) =>
            Array.from({ length: 15 }, () => valued(side, draws.integer(values[side][0], values[side][1]))),
          );
    return tradingDays(
      bidder,
      valuations,
      values === null ? 350_000 : PRICE_MAX,
      days,
      random.fork("session"),
    );
  });
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const efficiency = (results: readonly (readonly DayResult[])[]): number =>
  mean(results.flat().map((result) => result.efficiency));

describe("a market of zero-intelligence traders (Gode and Sunder)", () => {
  const once = { count: 30, days: 1 };

  it("reaches at least 97 % of the welfare there is, though nobody in it knows anything", () => {
    expect(efficiency(sessions(zeroIntelligenceConstrained, HOMES, once))).toBeGreaterThanOrEqual(0.97);
  });

  it("still reaches 94 % where half of the traders should better not trade", () => {
    expect(efficiency(sessions(zeroIntelligenceConstrained, ANYBODY, once))).toBeGreaterThanOrEqual(0.94);
  });

  it("does not when nothing keeps them from losing", () => {
    expect(efficiency(sessions(zeroIntelligenceUnconstrained, HOMES, once))).toBeLessThan(0.9);
    expect(efficiency(sessions(zeroIntelligenceUnconstrained, ANYBODY, once))).toBeLessThan(0.5);
  });
});

describe("a market of ZIP traders (Cliff and Bruten)", () => {
  const days = { count: 8, days: 5 };
  const learnt = (results: readonly (readonly DayResult[])[]): (readonly DayResult[])[] =>
    results.map((session) => session.slice(2));

  it.each([
    ["homes who mostly should trade", HOMES],
    ["traders of any value", ANYBODY],
    ["the traders of the paper's symmetric market", null],
  ])("$0 reach at least 99 % from the third day on, and more than ZI-C", (_, values) => {
    const zipEfficiency = efficiency(learnt(sessions(zip, values, days)));
    expect(zipEfficiency).toBeGreaterThanOrEqual(0.99);
    expect(zipEfficiency).toBeGreaterThan(
      efficiency(learnt(sessions(zeroIntelligenceConstrained, values, days))),
    );
  });

  it("settles within 5 % of the equilibrium price, 0.20 in the symmetric market, where ZI-C stays beyond 15 %", () => {
    const alpha = <Memory>(bidder: Bidder<Memory>): number =>
      mean(
        learnt(sessions(bidder, null, days))
          .flat()
          .map(smithsAlpha),
      );
    expect(alpha(zip)).toBeLessThan(0.05);
    expect(alpha(zeroIntelligenceConstrained)).toBeGreaterThan(0.15);
  });

  it("finds the price also when the sellers' energy costs them nothing", () => {
    const valuations = [
      ...[100, 150, 200, 250, 300].map((value) => valued("bid", value * 1000)),
      ...sunny(3),
    ];
    const results = Array.from({ length: 10 }, (_, i) =>
      tradingDays(zip, valuations, PRICE_MAX, 10, seededRandom(`sunny/${i}`)).slice(5),
    );
    expect(efficiency(results)).toBeGreaterThanOrEqual(0.9);
    // Three of five buyers can be served: every price between the third and the fourth of them clears.
    const price = mean(results.flat().flatMap(({ prices }) => prices));
    expect(price).toBeGreaterThan(140_000);
    expect(price).toBeLessThan(210_000);
  });
});

const sunny = (count: number): Valuation[] => Array.from({ length: count }, () => valued("offer", 0));

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

  it.each(["bid", "offer"] as const)("a ZIP %s that nobody took asks for less the next time", (side) => {
    // Its price is no whole micro: one that took its own order for a rival's better one would never move.
    for (let i = 0; i < 500; i++) {
      const valuation = valued(side, 100_000 + i);
      const memory = zip.begin(valuation, random);
      const price = zip.limitPrice(valuation, at(0), memory, random);
      const heard = zip.hear(valuation, { side, price, isTraded: false }, memory, random, true);
      const next = zip.limitPrice(valuation, at(0), heard, random);
      expect(side === "bid" ? next - price : price - next).toBeGreaterThan(0);
    }
  });
});
