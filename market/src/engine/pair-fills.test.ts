import { type Hex, type PriceMicroPerKwh, type SiteId, wattHours } from "@commonwatt/vpp-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pairAllocations } from "../mechanisms/pair-allocations.ts";
import { type Fill, pairFills } from "./pair-fills.ts";

const drawn = fc.array(
  fc.record({
    site: fc.nat({ max: 4 }),
    limitPrice: fc.nat({ max: 3 }),
    energyWh: fc.integer({ min: 1, max: 4 }),
    number: fc.nat({ max: 1_000_000 }),
  }),
  { minLength: 1, maxLength: 12 },
);

/** Fills of both sides with the same energy: sites below 3 buy, the others sell, and one more makes up for it. */
const fillsOf = (
  given: readonly { site: number; limitPrice: number; energyWh: number; number: number }[],
): Fill[] => {
  const fills = given.map(
    ({ site, limitPrice, energyWh, number }, at): Fill => ({
      orderId: `0x${number.toString(16)}${at.toString(16).padStart(2, "0")}` as Hex,
      siteId: `site-${site}` as SiteId,
      side: site < 3 ? "bid" : "offer",
      limitPrice: limitPrice as PriceMicroPerKwh,
      energyWh: wattHours(energyWh),
    }),
  );
  const net = fills.reduce((sum, { side, energyWh }) => sum + (side === "bid" ? energyWh : -energyWh), 0);
  if (net === 0) return fills;
  const rest = { orderId: "0xff" as Hex, siteId: "rest" as SiteId, limitPrice: 9 as PriceMicroPerKwh };
  return [...fills, { ...rest, side: net > 0 ? "offer" : "bid", energyWh: wattHours(Math.abs(net)) }];
};

/** The rule, word by word. */
function pairPlainly(fills: readonly Fill[]): ReturnType<typeof pairFills> {
  const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
  const side = (name: "bid" | "offer"): Fill[] =>
    fills
      .filter((fill) => fill.side === name)
      .sort(
        (a, b) =>
          (name === "bid" ? b.limitPrice - a.limitPrice : a.limitPrice - b.limitPrice) ||
          compare(a.siteId, b.siteId) ||
          b.energyWh - a.energyWh ||
          compare(a.orderId, b.orderId),
      );
  return pairAllocations(side("bid"), side("offer"));
}

describe("pairFills", () => {
  test("pairs by limit, site and energy", () => {
    fc.assert(
      fc.property(drawn, (given) => {
        const fills = fillsOf(given);
        expect(pairFills(fills)).toEqual(pairPlainly(fills));
      }),
    );
  });

  test("moves the same energy between the same sites, however orders are numbered and given", () => {
    const energyOf = (fills: readonly Fill[]): unknown => {
      const siteOf = new Map(fills.map(({ orderId, siteId }) => [orderId, siteId]));
      return pairFills(fills).map(({ bidId, offerId, energyWh }) => [
        siteOf.get(bidId),
        siteOf.get(offerId),
        energyWh,
      ]);
    };
    fc.assert(
      fc.property(drawn, fc.infiniteStream(fc.nat()), (given, numbers) => {
        const fills = fillsOf(given);
        const others = fills
          .map((fill, at) => ({
            fill: { ...fill, orderId: `0x${numbers.next().value}-${at}` as Hex },
            at: numbers.next().value ?? 0,
          }))
          .sort((a, b) => a.at - b.at)
          .map(({ fill }) => fill);
        expect(energyOf(others)).toEqual(energyOf(fills));
      }),
    );
  });
});
