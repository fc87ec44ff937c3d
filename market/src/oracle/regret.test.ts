import { siteId } from "@commonwatt/vpp-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bidSplitMuda } from "../../test/bid-split-muda.ts";
import { book, units } from "../../test/books.ts";
import { type BookShape, randomMarkets } from "../../test/random-books.ts";
import { huang } from "../mechanisms/huang.ts";
import { mcAfee } from "../mechanisms/mcafee.ts";
import type { Mechanism } from "../mechanisms/mechanism.ts";
import { mudaLottery } from "../mechanisms/muda.ts";
import { payAsBid } from "../mechanisms/pay-as-bid.ts";
import { uniformPrice } from "../mechanisms/uniform-price.ts";
import { bestLie } from "./regret.ts";

const UNITS: BookShape = { tradersMax: 10, ordersPerTraderMax: 1, energies: "equal" };
const MANY_ORDERS: BookShape = { tradersMax: 7, ordersPerTraderMax: 3, energies: "any" };

/** In how many of many markets, the same on every run, a trader gains by a lie. */
function liesThatPay(mechanism: Mechanism, shape: BookShape): { paid: number; tried: number } {
  const markets = fc.sample(randomMarkets(shape), { numRuns: 400, seed: 20_261_125 });
  const traders = markets.flatMap(({ orders, context }) =>
    orders.slice(0, 1).map(({ trader }) => ({ orders, context, trader })),
  );
  const paid = traders.filter(
    ({ orders, context, trader }) =>
      bestLie(mechanism, orders, context, trader, { energy: true }).regret > 0n,
  );
  return { paid: paid.length, tried: traders.length };
}

describe("the search for lies", () => {
  it.each([
    ["pay-as-bid", payAsBid(1000), UNITS],
    ["pay-as-offered", payAsBid(0), UNITS],
    ["pay-the-middle", payAsBid(500), UNITS],
    ["uniform price", uniformPrice(500), UNITS],
    ["MUDA that splits bids", bidSplitMuda, MANY_ORDERS],
    ["McAfee with more than units", mcAfee(), MANY_ORDERS],
    ["Huang with several orders of a trader", huang(), MANY_ORDERS],
  ])("finds one that pays under %s", (_, mechanism, shape) => {
    expect(liesThatPay(mechanism, shape).paid).toBeGreaterThan(0);
  });

  it("finds none under MUDA that splits traders", () => {
    const { paid, tried } = liesThatPay(mudaLottery(), MANY_ORDERS);
    expect(tried).toBeGreaterThan(300);
    expect(paid).toBe(0);
  });

  it("finds the best one: a buyer who pays as bid bids what the last seller asks", () => {
    const orders = book(units(17, 14), units(1, 4));
    const lie = bestLie(payAsBid(1000), orders, { seed: "" }, siteId("buyer-0"), { energy: false });
    expect(lie.regret).toBe(13n);
    expect(lie.orders.map(({ limitPrice }) => limitPrice)).toEqual([4]);
  });
});
