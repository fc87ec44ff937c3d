import type { PriceMicroPerKwh } from "@commonwatt/vpp-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { book, type Row, units } from "../../test/books.ts";
import { FC_RUNS, randomMarkets } from "../../test/random-books.ts";
import { filledWh, welfareOf } from "../oracle/welfare.ts";
import type { BookOrder, ClearingContext } from "./mechanism.ts";
import { mechanismOf } from "./mechanism-registry.ts";
import { uniformPrice } from "./uniform-price.ts";

const CONTEXT: ClearingContext = { seed: "vectors" };

/** The lowest, the middle (rounded down) and the highest price of the clearing interval. */
function priceInterval(orders: readonly BookOrder[]): (PriceMicroPerKwh | null)[] {
  return [0, 500, 1000].map((k) => uniformPrice(k).clear(orders, CONTEXT).clearingPrice);
}

/** Published books, each with where it comes from; prices in micro per kWh, energies in Wh. */
const VECTORS: readonly {
  name: string;
  bids: readonly Row[];
  offers: readonly Row[];
  volume: number;
  interval: readonly [number, number, number];
  welfare: number;
}[] = [
  {
    name: "five and five units (erelsgl/auctions, McAfee demo)",
    bids: units(17, 14, 13, 9, 6),
    offers: units(1, 4, 5, 8, 11),
    volume: 4,
    interval: [8, 8, 9],
    welfare: 35,
  },
  {
    name: "one cheap and one dear seller (erelsgl/auctions)",
    bids: units(9, 8),
    offers: units(3, 4),
    volume: 2,
    interval: [4, 6, 8],
    welfare: 10,
  },
  {
    name: "dataset_0 (PyMarket)",
    bids: [
      [1, 3],
      [2, 4],
      [5, 1],
    ],
    offers: [
      [4, 2],
      [1, 1],
      [5, 6],
    ],
    volume: 3,
    interval: [2, 2, 2],
    welfare: 6,
  },
  {
    name: "dataset_1, prices times ten (PyMarket)",
    bids: units(67, 66, 65, 64, 63, 60),
    offers: [
      [1, 10],
      [1, 20],
      [2, 30],
      [2, 40],
      [1, 61],
    ],
    volume: 6,
    interval: [40, 50, 60],
    welfare: 215,
  },
  {
    name: "four buyers, three sellers (PyMarket)",
    bids: units(4, 3, 2, 1),
    offers: units(1, 2, 3),
    volume: 2,
    interval: [2, 2, 3],
    welfare: 4,
  },
  {
    name: "25 kWh where Grid Singularity's pay-as-clear trades 20 (gsy-framework)",
    bids: [
      [10_000, 1_000_000],
      [15_000, 2_000_000],
      [20_000, 3_000_000],
    ],
    offers: [
      [25_000, 1_000_020],
      [35_000, 2_400_000],
      [30_000, 5_000_000],
    ],
    volume: 25_000,
    interval: [2_000_000, 2_000_000, 2_000_000],
    welfare: 44_999_500_000,
  },
  {
    name: "120 kWh where Grid Singularity's pay-as-clear trades 95 (gsy-framework)",
    bids: [
      [40_000, 1_500_000],
      [45_000, 2_000_000],
      [50_000, 6_000_000],
    ],
    offers: [
      [55_000, 1_000_000],
      [65_000, 1_000_000],
      [60_000, 5_000_000],
    ],
    volume: 120_000,
    interval: [1_500_000, 1_500_000, 1_500_000],
    welfare: 307_500_000_000,
  },
  {
    name: "all demand met by all supply (ASSUME; its price is the low end)",
    bids: [
      [400, 3000],
      [100, 3000],
    ],
    offers: [
      [300, 100],
      [200, 50],
    ],
    volume: 500,
    interval: [100, 1550, 3000],
    welfare: 1_460_000,
  },
  {
    name: "a partly filled offer sets the price (ASSUME)",
    bids: [[400, 3000]],
    offers: [
      [300, 100],
      [200, 50],
      [230, 60],
    ],
    volume: 400,
    interval: [60, 60, 60],
    welfare: 1_178_000,
  },
  {
    name: "scarcity: a partly filled bid sets the price, so that nobody left out envies a buyer",
    bids: [[700, 3000]],
    offers: [
      [300, 100],
      [200, 50],
    ],
    volume: 500,
    interval: [3000, 3000, 3000],
    welfare: 1_460_000,
  },
  {
    name: "one pair (PowerTAC)",
    bids: units(22),
    offers: units(20),
    volume: 1,
    interval: [20, 21, 22],
    welfare: 2,
  },
  {
    name: "equal limits trade, for volume's sake",
    bids: units(5, 5),
    offers: units(5),
    volume: 1,
    interval: [5, 5, 5],
    welfare: 0,
  },
];

describe("uniformPrice", () => {
  it.each(VECTORS)("clears $name", ({ bids, offers, volume, interval, welfare: expected }) => {
    const orders = book(bids, offers);
    const outcome = uniformPrice(500).clear(orders, CONTEXT);
    expect(outcome.volumeWh).toBe(volume);
    expect(priceInterval(orders)).toEqual(interval);
    expect(welfareOf(orders, outcome)).toBe(BigInt(expected));
  });

  it.each([
    ["nobody", [], []],
    ["bids alone", units(9), []],
    ["offers alone", [], units(9)],
    ["an offer above every bid (PowerTAC)", units(22), units(23)],
  ] as const)("trades nothing with %s", (_, bids, offers) => {
    const outcome = uniformPrice(500).clear(book(bids, offers), CONTEXT);
    expect(outcome).toEqual({
      clearingPrice: null,
      volumeWh: 0,
      trades: [],
      gridTrades: [],
      fees: [],
      gridFees: 0n,
      network: null,
      operator: 0n,
      grid: 0n,
    });
  });

  it("rations the marginal price by share and pairs best with best", () => {
    const outcome = uniformPrice(500).clear(
      book(
        [[900, 30]],
        [
          [200, 10],
          [600, 20],
          [300, 20],
        ],
      ),
      CONTEXT,
    );
    expect([...filledWh(outcome)].sort()).toEqual([
      ["0xa00", 200],
      ["0xa01", 467],
      ["0xa02", 233],
      ["0xb00", 900],
    ]);
    expect(outcome.trades).toEqual(
      [
        { bidId: "0xb00", offerId: "0xa00", energyWh: 200 },
        { bidId: "0xb00", offerId: "0xa01", energyWh: 467 },
        { bidId: "0xb00", offerId: "0xa02", energyWh: 233 },
      ].map((pair) => ({ ...pair, buyerPrice: 20, sellerPrice: 20 })),
    );
  });

  it("rounds the price down to whole micros, exactly even where a quotient of floats would not", () => {
    const low = 1;
    const high = low + 9_007_199_254_739;
    expect(uniformPrice(999).clear(book(units(high), units(low)), CONTEXT).clearingPrice).toBe(
      Number(BigInt(low) + (BigInt(high - low) * 999n) / 1000n),
    );
  });

  it("takes any k to a price that nobody left out envies, by rounding below the exact one by less than a micro", {
    timeout: 3_600_000,
  }, () => {
    const books = randomMarkets({ tradersMax: 12, ordersPerTraderMax: 3, energies: "any" });
    const holds = fc.property(books, fc.integer({ min: 0, max: 1000 }), ({ orders }, k) => {
      const outcome = uniformPrice(k).clear(orders, CONTEXT);
      const price = outcome.clearingPrice;
      if (price === null) return;
      const filled = filledWh(outcome);
      const left = orders.filter(({ id, energyWh }) => (filled.get(id) ?? 0) < energyWh);
      for (const { side, limitPrice } of left) {
        expect(side === "bid" ? price - limitPrice : limitPrice - price).toBeGreaterThanOrEqual(0);
      }
      const [low = null, , high = null] = priceInterval(orders);
      if (low === null || high === null) throw new Error("a book that trades has a price");
      const exactTimes1000 = BigInt(low) * 1000n + BigInt(high - low) * BigInt(k);
      expect((exactTimes1000 - BigInt(price) * 1000n) / 1000n).toBe(0n);
      expect(exactTimes1000 >= BigInt(price) * 1000n).toBe(true);
    });
    fc.assert(holds, { numRuns: FC_RUNS });
  });

  it("refuses a book whose energy leaves the safe integers, and a k outside 0 to 1000", () => {
    const orders = book(
      [
        [Number.MAX_SAFE_INTEGER, 2],
        [1, 2],
      ],
      units(1),
    );
    expect(() => uniformPrice(500).clear(orders, CONTEXT)).toThrowError("safe integer");
    for (const k of [-1, 1001, 0.5, Number.NaN]) expect(() => uniformPrice(k)).toThrowError("k must be");
  });

  it("is made from its spec", () => {
    const mechanism = mechanismOf({ name: "uniform-price", kPerMille: 1000 });
    expect(mechanism.name).toBe("uniform-price");
    expect(mechanism.clear(book(units(22), units(20)), CONTEXT).clearingPrice).toBe(22);
  });
});
