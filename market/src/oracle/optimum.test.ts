import { wattHours } from "@commonwatt/vpp-core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { FC_RUNS, randomMarkets } from "../../test/random-books.ts";
import type { BookOrder } from "../mechanisms/mechanism.ts";
import { mostPairableWh, optimumOf } from "./optimum.ts";

/** Every Wh of a side, as the limit of the order it belongs to. */
function unitsOf(orders: readonly BookOrder[], side: BookOrder["side"]): number[] {
  return orders
    .filter((order) => order.side === side)
    .flatMap((order) => new Array<number>(order.energyWh).fill(order.limitPrice));
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The best welfare over every choice of equally many bought and sold Wh: an exhaustive search. */
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

/** The most Wh that can trade at one price which suits both sides: a search over every price. */
function bestVolume(bids: readonly number[], offers: readonly number[]): number {
  const volumes = [...bids, ...offers].map((price) =>
    Math.min(bids.filter((bid) => bid >= price).length, offers.filter((offer) => offer <= price).length),
  );
  return Math.max(0, ...volumes);
}

/** A largest matching of bids with offers they would pay for, found by augmenting paths. */
function largestMatching(bids: readonly number[], offers: readonly number[]): number {
  const bidOf = new Map<number, number>();
  const place = (bid: number, seen: Set<number>): boolean =>
    offers.some((limit, offer) => {
      if (limit > (bids[bid] ?? -1) || seen.has(offer)) return false;
      seen.add(offer);
      const rival = bidOf.get(offer);
      if (rival !== undefined && !place(rival, seen)) return false;
      bidOf.set(offer, bid);
      return true;
    });
  return bids.filter((_, bid) => place(bid, new Set())).length;
}

test("welfare, volume and pairs at most are those of exhaustive searches", { timeout: 3_600_000 }, () => {
  const markets = randomMarkets({ tradersMax: 7, ordersPerTraderMax: 1, energies: "any" })
    .map(({ orders }) => orders.map((order) => ({ ...order, energyWh: wattHours(1 + (order.energyWh % 3)) })))
    .filter((orders) => unitsOf(orders, "bid").length <= 9 && unitsOf(orders, "offer").length <= 9);
  const holds = fc.property(markets, (orders) => {
    const [bids, offers] = [unitsOf(orders, "bid"), unitsOf(orders, "offer")];
    expect(optimumOf(orders)).toEqual({
      volumeWh: bestVolume(bids, offers),
      welfare: BigInt(bestWelfare(bids, offers)),
    });
    expect(mostPairableWh(orders)).toBe(largestMatching(bids, offers));
  });
  fc.assert(holds, { numRuns: FC_RUNS });
});
