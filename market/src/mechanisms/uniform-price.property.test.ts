import { type OrderSide, priceMicroPerKwh, siteId, wattHours } from "@commonwatt/vpp-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { filledWh } from "../../test/books.ts";
import type { BookOrder } from "./mechanism.ts";
import { uniformPrice } from "./uniform-price.ts";

type Draft = readonly [side: OrderSide, energyWh: number, limitPrice: number];

const ordersOf = (drafts: readonly Draft[]): BookOrder[] =>
  drafts.map(([side, energy, price], i) => ({
    // Ids that do not rise with the position, so that a tie broken by position would show.
    id: `0x${((i * 7919) % 1009).toString(16).padStart(3, "0")}`,
    trader: siteId(`site-${i}`),
    side,
    energyWh: wattHours(energy),
    limitPrice: priceMicroPerKwh(price),
  }));

function bookOf(energyMax: number, priceMax: number, ordersMax: number): fc.Arbitrary<BookOrder[]> {
  const draft = fc.tuple(
    fc.constantFrom<OrderSide>("bid", "offer"),
    fc.integer({ min: 1, max: energyMax }),
    fc.integer({ min: 0, max: priceMax }),
  );
  return fc.array(draft, { maxLength: ordersMax }).map(ordersOf);
}

const kPerMille = fc.integer({ min: 0, max: 1000 });
/** Few distinct prices, so that ties and rationing are frequent. */
const anyBook = fc.oneof(bookOf(50, 6, 24), bookOf(1_000_000_000, 400_000, 60));

const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);

/** Every unit of a side, as the limit price of the order it belongs to. */
function unitsOf(orders: readonly BookOrder[], side: OrderSide): number[] {
  return orders
    .filter((order) => order.side === side)
    .flatMap((order) => new Array<number>(order.energyWh).fill(order.limitPrice));
}

/** The best welfare over every choice of equally many bought and sold units: an exhaustive search. */
function bestWelfare(bids: readonly number[], offers: readonly number[]): number {
  const bestBySize = (values: readonly number[]): number[] => {
    const best = new Array<number>(values.length + 1).fill(Number.NEGATIVE_INFINITY);
    for (let subset = 0; subset < 2 ** values.length; subset++) {
      const chosen = values.filter((_, i) => (subset >> i) % 2 === 1);
      best[chosen.length] = Math.max(best[chosen.length] ?? 0, sum(chosen));
    }
    return best;
  };
  const value = bestBySize(bids);
  const cost = bestBySize(offers.map((price) => -price));
  return Math.max(...value.map((worth, size) => worth + (cost[size] ?? Number.NEGATIVE_INFINITY)));
}

/** The most units that can trade at one price which suits both sides: a search over every price. */
function bestVolume(bids: readonly number[], offers: readonly number[]): number {
  const volumes = [...bids, ...offers].map((price) =>
    Math.min(bids.filter((bid) => bid >= price).length, offers.filter((offer) => offer <= price).length),
  );
  return Math.max(0, ...volumes);
}

describe("uniformPrice, for any book", () => {
  it("balances: what is bought is sold, and tradees add up to allocations", () => {
    fc.assert(
      fc.property(anyBook, kPerMille, (orders, k) => {
        const outcome = uniformPrice(k).clear(orders, { seed: "" });
        const filled = filledWh(outcome);
        for (const side of ["bid", "offer"] as const) {
          const ids = orders.filter((order) => order.side === side).map((order) => order.id);
          expect(sum(ids.map((id) => filled.get(id) ?? 0))).toBe(outcome.volumeWh);
        }
        for (const order of orders) {
          const own = outcome.trades.filter(
            (trade) => trade.bidId === order.id || trade.offerId === order.id,
          );
          expect(sum(own.map((trade) => trade.energyWh))).toBe(filled.get(order.id) ?? 0);
          expect(filled.get(order.id) ?? 0).toBeLessThanOrEqual(order.energyWh);
        }
        expect(outcome.trades.every((trade) => trade.energyWh > 0)).toBe(true);
      }),
    );
  });

  it("never trades against a limit, and leaves nobody out who would trade at the price", () => {
    fc.assert(
      fc.property(anyBook, kPerMille, (orders, k) => {
        const outcome = uniformPrice(k).clear(orders, { seed: "" });
        const price = outcome.clearingPrice;
        if (price === null) {
          const bids = orders.filter((order) => order.side === "bid").map((order) => order.limitPrice);
          const offers = orders.filter((order) => order.side === "offer").map((order) => order.limitPrice);
          expect(Math.max(...bids, -1)).toBeLessThan(Math.min(...offers, Number.MAX_SAFE_INTEGER));
          return;
        }
        const filled = filledWh(outcome);
        for (const order of orders) {
          const gain = order.side === "bid" ? order.limitPrice - price : price - order.limitPrice;
          if (filled.has(order.id)) expect(gain).toBeGreaterThanOrEqual(0);
          if ((filled.get(order.id) ?? 0) < order.energyWh) expect(gain).toBeLessThanOrEqual(0);
        }
        expect(
          outcome.trades.every((trade) => trade.buyerPrice === price && trade.sellerPrice === price),
        ).toBe(true);
      }),
    );
  });

  it("does not depend on the order in which orders came", () => {
    const shuffled = anyBook.chain((orders) =>
      fc.tuple(
        fc.constant(orders),
        fc.shuffledSubarray(orders, { minLength: orders.length, maxLength: orders.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, kPerMille, ([orders, permuted], k) => {
        expect(uniformPrice(k).clear(permuted, { seed: "" })).toEqual(
          uniformPrice(k).clear(orders, { seed: "" }),
        );
      }),
    );
  });

  it("reaches the best welfare and the largest volume of an exhaustive search", () => {
    const smallBook = bookOf(3, 9, 8).filter(
      (orders) => unitsOf(orders, "bid").length <= 8 && unitsOf(orders, "offer").length <= 8,
    );
    fc.assert(
      fc.property(smallBook, kPerMille, (orders, k) => {
        const outcome = uniformPrice(k).clear(orders, { seed: "" });
        const limit = new Map(orders.map((order) => [order.id as string, order.limitPrice as number]));
        const gains = outcome.trades.map(
          (trade) => trade.energyWh * ((limit.get(trade.bidId) ?? 0) - (limit.get(trade.offerId) ?? 0)),
        );
        const bids = unitsOf(orders, "bid");
        const offers = unitsOf(orders, "offer");
        expect(sum(gains)).toBe(bestWelfare(bids, offers));
        expect(outcome.volumeWh).toBe(bestVolume(bids, offers));
      }),
    );
  });
});
