import { type Hex, moneyNano, wattHours } from "@commonwatt/vpp-core";
import { describe, expect, it } from "vitest";
import { book, type Row } from "../../test/books.ts";
import { mostPairableWh, optimumOf } from "../oracle/optimum.ts";
import { filledWh, welfareOf } from "../oracle/welfare.ts";
import { giveUpEqually, huang } from "./huang.ts";
import { mudaLottery, mudaVickrey } from "./muda.ts";
import { payAsBid } from "./pay-as-bid.ts";
import { traderDraw } from "./trader-rank.ts";
import { uniformPrice } from "./uniform-price.ts";
import { vcg } from "./vcg.ts";

/** Filled energy by order id. */
const filled = (...args: Parameters<typeof filledWh>): unknown => Object.fromEntries(filledWh(...args));

/** A seed whose draw puts the traders into the halves that a publication names. */
function seedFor(orders: ReturnType<typeof book>, together: (trader: string) => boolean): string {
  for (let seed = 0; seed < 1_000_000; seed++) {
    const drawOf = traderDraw(String(seed), "half");
    if (orders.every((order) => drawOf(order) < 0.5 === together(order.trader))) return String(seed);
  }
  throw new Error("no seed splits the traders like that");
}

describe("V5: dataset_0 (PyMarket)", () => {
  const orders = book(
    [
      [1, 3, "u0"],
      [2, 4, "u1"],
      [5, 1, "u2"],
    ],
    [
      [4, 2, "u3"],
      [1, 1, "u4"],
      [5, 6, "u5"],
    ],
  );

  it("clears 3 at a price of 2 and gains 6", () => {
    expect(uniformPrice(500).clear(orders, { seed: "" })).toMatchObject({ volumeWh: 3, clearingPrice: 2 });
    expect(optimumOf(orders)).toEqual({ volumeWh: 3, welfare: 6n });
  });

  it("can trade 4 at most when every pair has a price of its own", () => {
    expect(mostPairableWh(orders)).toBe(4);
  });

  it("Huang's auction: u1 buys 1 at 3, u4 sells 1 at 2", () => {
    const outcome = huang().clear(orders, { seed: "" });
    expect(outcome.trades).toEqual([
      { bidId: "0xb01", offerId: "0xa01", energyWh: 1, buyerPrice: 3, sellerPrice: 2 },
    ]);
  });
});

describe("V6: dataset_3 (PyMarket), in tenths", () => {
  it("Huang's auction: buyers .8, 0, 1.7 at 3, sellers 1, 1.5 at 2.5", () => {
    const orders = book(
      [
        [10, 60],
        [1, 50],
        [19, 40],
        [10, 30],
      ],
      [
        [10, 10],
        [15, 20],
        [10, 25],
        [10, 40],
      ],
    );
    const outcome = huang().clear(orders, { seed: "" });
    expect(filled(outcome)).toEqual({ "0xb00": 8, "0xb02": 17, "0xa00": 10, "0xa01": 15 });
    expect(outcome.trades.every((trade) => trade.buyerPrice === 30 && trade.sellerPrice === 25)).toBe(true);
    expect(outcome.operator).toBe(25n * 5n);
  });
});

describe("V7: dataset_1 (PyMarket), prices times twenty", () => {
  const rows: { bids: Row[]; offers: Row[] } = {
    bids: [134, 132, 130, 128, 126, 120].map((price, i) => [1, price, `u${i}`]),
    offers: [
      [1, 20, "u6"],
      [1, 40, "u7"],
      [2, 60, "u8"],
      [2, 80, "u9"],
      [1, 122, "u10"],
    ],
  };
  const orders = book(rows.bids, rows.offers);

  it("clears 6 at 5", () => {
    expect(uniformPrice(500).clear(orders, { seed: "" })).toMatchObject({ volumeWh: 6, clearingPrice: 100 });
  });

  it("Vickrey-MUDA with the published halves takes what is published: 6.5 from u0, fees of 2.3 and 4.6", () => {
    const left = new Set(["u1", "u3", "u4", "u7", "u8", "u9"]);
    const seed = seedFor(orders, (trader) => left.has(trader));
    const { trades, fees, operator } = mudaVickrey().clear(orders, { seed });
    const ownerOf = new Map(orders.map(({ id, trader }) => [id, trader as string]));
    const inLeft = trades.filter(({ bidId }) => left.has(ownerOf.get(bidId) ?? ""));
    const inRight = trades.filter(({ bidId }) => !left.has(ownerOf.get(bidId) ?? ""));
    // The left half trades at the right half's price, 6.3, and the right half at the left one's: 3.5, the
    // middle of 3 and 4. PyMarket says 4.65, the middle of 3 and 6.3, at which an offer of 4 is left out.
    expect(new Set(inLeft.map(({ buyerPrice }) => buyerPrice))).toEqual(new Set([126]));
    expect(new Set(inRight.map(({ buyerPrice }) => buyerPrice))).toEqual(new Set([70]));
    // PyMarket takes 1.85 from u0 on top of its 4.65: the same 6.5 as 3.5 and 3.
    expect(new Map(fees.map(({ trader, amount }) => [trader as string, amount]))).toEqual(
      new Map([
        ["u7", 46n],
        ["u8", 92n],
        ["u0", 60n],
      ]),
    );
    expect(operator).toBe(198n);
  });
});

describe("V8: the example of the MUDA paper", () => {
  const row =
    (trader: string) =>
    (price: number): Row => [1, price, trader];
  const traders = book([100, 90, 80, 60, 40, 20].map(row("buyer")), [
    ...[10, 20, 40, 60, 70].map(row("A")),
    ...[15, 25, 35, 45, 65].map(row("B")),
  ]);
  /** The other half, whose price is 50. */
  const others = book([], [[1, 50, "other"]]).map((order) => ({ ...order, id: "0xff" as Hex }));
  const orders = [...traders, ...others];
  const seed = seedFor(orders, (trader) => trader === "other");

  it("at the posted price of 50, four units of 10, 15, 20 and 25 trade, and A pays 20, B pays 10", () => {
    const outcome = mudaVickrey().clear(orders, { seed });
    expect(outcome).toMatchObject({ volumeWh: 4, clearingPrice: 50, operator: 30n });
    expect(filled(outcome)).toEqual({
      ...{ "0xb00": 1, "0xb01": 1, "0xb02": 1, "0xb03": 1 },
      ...{ "0xa00": 1, "0xa01": 1, "0xa05": 1, "0xa06": 1 },
    });
    expect(new Map(outcome.fees.map(({ trader, amount }) => [trader as string, amount]))).toEqual(
      new Map([
        ["A", moneyNano(20n)],
        ["B", moneyNano(10n)],
      ]),
    );
  });

  it("with the lottery the seller drawn first sells all that gains at 50, and nobody pays a fee", () => {
    const outcome = mudaLottery().clear(orders, { seed });
    expect(outcome).toMatchObject({ volumeWh: 4, clearingPrice: 50, operator: 0n, fees: [] });
    const sold = Object.keys(Object.fromEntries(filledWh(outcome))).filter((id) => id.startsWith("0xa"));
    expect([
      ["0xa00", "0xa01", "0xa02", "0xa05"],
      ["0xa05", "0xa06", "0xa07", "0xa08"],
    ]).toContainEqual(sold.sort());
  });

  it("VCG gives each what the others lose, which the welfare without them shows", () => {
    const best = optimumOf(traders).welfare;
    const outcome = vcg().clear(traders, { seed: "" });
    const without = (trader: string): bigint =>
      optimumOf(traders.filter((order) => order.trader !== trader)).welfare;
    const gains = ["buyer", "A", "B"].map((trader) => best - without(trader));
    expect(welfareOf(traders, outcome)).toBe(best);
    expect(outcome.operator).toBe(best - gains.reduce((sum, gain) => sum + gain, 0n));
  });
});

describe("V9: giving up equally (PyMarket)", () => {
  it.each([
    ["[1, 2, 3] less .6", [1000, 2000, 3000], 600, [800, 1800, 2800]],
    ["[1, .5, 2] less 1.8", [1000, 500, 2000], 1800, [350, 1350]],
    ["a gap that does not divide", [5, 5, 5], 4, [3, 4, 4]],
    ["all of it", [1, 2], 3, []],
    ["nothing", [1, 2], 0, [1, 2]],
  ])("%s", (_, energies, gap, expected) => {
    const orders = energies.map((energy, i) => ({ id: `0x${i}` as Hex, energyWh: wattHours(energy) }));
    expect(giveUpEqually(orders, gap).map(({ energyWh }) => energyWh)).toEqual(expected);
  });
});

describe("V11: gsy-framework's tests, prices times 100 000", () => {
  it.each([
    {
      name: "25 kWh where its pay-as-clear trades 20 and its pay-as-bid trades 25 by giving 5 to a worse bid",
      bids: [
        [10, 100_000],
        [15, 200_000],
        [20, 300_000],
      ],
      offers: [
        [25, 100_002],
        [35, 240_000],
        [30, 500_000],
      ],
      volume: 25,
      welfare: 4_499_950n,
      peer: 3_999_960n,
    },
    {
      name: "120 kWh where its pay-as-clear trades 95",
      bids: [
        [40, 150_000],
        [45, 200_000],
        [50, 600_000],
      ],
      offers: [
        [55, 100_000],
        [65, 100_000],
        [60, 500_000],
      ],
      volume: 120,
      welfare: 30_750_000n,
      peer: 29_500_000n,
    },
  ] as { name: string; bids: Row[]; offers: Row[]; volume: number; welfare: bigint; peer: bigint }[])(
    "$name",
    ({ bids, offers, volume, welfare, peer }) => {
      const orders = book(bids, offers);
      for (const mechanism of [payAsBid(1000), uniformPrice(500)]) {
        const outcome = mechanism.clear(orders, { seed: "" });
        expect(outcome.volumeWh).toBe(volume);
        expect(welfareOf(orders, outcome)).toBe(welfare);
      }
      expect(welfare).toBeGreaterThan(peer);
    },
  );
});
