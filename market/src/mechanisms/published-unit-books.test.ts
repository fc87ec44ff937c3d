import { describe, expect, it } from "vitest";
import { book, type Row, units } from "../../test/books.ts";
import { mostPairableWh, optimumOf } from "../oracle/optimum.ts";
import { filledWh, resultsByTrader, welfareOf } from "../oracle/welfare.ts";
import { huang } from "./huang.ts";
import { mcAfee } from "./mcafee.ts";
import type { Mechanism, MechanismOutcome } from "./mechanism.ts";
import { payAsBid } from "./pay-as-bid.ts";
import { sbba } from "./sbba.ts";
import { tradeReduction } from "./trade-reduction.ts";
import { uniformPrice } from "./uniform-price.ts";
import { vcg } from "./vcg.ts";

const clear = (
  mechanism: Mechanism,
  bids: readonly Row[],
  offers: readonly Row[],
  seed = "",
): MechanismOutcome => mechanism.clear(book(bids, offers), { seed });

/** Volume, the one price that buyers pay, the one that sellers get, and the operator's account. */
function summary({ volumeWh, trades, operator }: MechanismOutcome): unknown {
  const buyerPrices = [...new Set(trades.map((trade) => trade.buyerPrice))];
  const sellerPrices = [...new Set(trades.map((trade) => trade.sellerPrice))];
  return { volumeWh, buyerPrices, sellerPrices, operator };
}

const traded = (volumeWh: number, buyerPrice: number, sellerPrice: number, operator: bigint): unknown => ({
  volumeWh,
  buyerPrices: [buyerPrice],
  sellerPrices: [sellerPrice],
  operator,
});
const nothing = { volumeWh: 0, buyerPrices: [], sellerPrices: [], operator: 0n };

describe("V1: the McAfee demo of erelsgl/auctions, prices times two so that its 8.5 is a whole number", () => {
  const bids = units(34, 28, 26, 18, 12);
  const offers = units(2, 8, 10, 16, 22);

  it("can gain 35 with four trades", () => {
    expect(optimumOf(book(bids, offers))).toEqual({ volumeWh: 4, welfare: 70n });
  });

  it.each([
    ["McAfee trades four at 8.5", mcAfee(), traded(4, 17, 17, 0n)],
    ["VCG lets buyers pay 8 and sellers get 9, and lacks 4", vcg(), traded(4, 16, 18, -8n)],
    [
      "trade reduction trades three, buyers pay 9, sellers get 8, and keeps 3",
      tradeReduction(),
      traded(3, 18, 16, 6n),
    ],
    ["Huang's auction does the same with units", huang(), traded(3, 18, 16, 6n)],
    ["SBBA trades three at 9", sbba(), traded(3, 18, 18, 0n)],
    ["the uniform price lies at 8 with k = 0", uniformPrice(0), traded(4, 16, 16, 0n)],
    ["the uniform price lies at 9 with k = 1", uniformPrice(1000), traded(4, 18, 18, 0n)],
  ])("%s", (_, mechanism, expected) => {
    expect(summary(clear(mechanism, bids, offers))).toEqual(expected);
  });

  it("trade reduction gains 34", () => {
    const orders = book(bids, offers);
    expect(welfareOf(orders, tradeReduction().clear(orders, { seed: "" }))).toBe(68n);
  });

  it("SBBA leaves out each of four sellers as often, and gains 30.5 on average", () => {
    const orders = book(bids, offers);
    const leftOut = new Map<string, number>();
    let welfare = 0n;
    for (let seed = 0; seed < 4000; seed++) {
      const outcome = sbba().clear(orders, { seed: String(seed) });
      const filled = filledWh(outcome);
      const idle = ["0xa00", "0xa01", "0xa02", "0xa03"].filter((id) => !filled.has(id)).join();
      leftOut.set(idle, (leftOut.get(idle) ?? 0) + 1);
      welfare += welfareOf(orders, outcome);
    }
    expect(leftOut.size).toBe(4);
    for (const times of leftOut.values()) expect(Math.abs(times - 1000)).toBeLessThan(120);
    expect(Math.abs(Number(welfare) / 4000 - 61)).toBeLessThan(0.5);
  });
});

describe("V2: the same with a fifth seller at 13", () => {
  it("McAfee's 9.5 does not suit the buyer of 9, so three trade, buyers pay 9, sellers get 8", () => {
    const outcome = clear(mcAfee(), units(17, 14, 13, 9, 6), units(1, 4, 5, 8, 13));
    expect(summary(outcome)).toEqual(traded(3, 9, 8, 3n));
  });
});

describe("V3: the doctests of erelsgl/auctions", () => {
  it.each([
    ["B=9,8; S=3,4: the buyer of 9 pays 8, the seller of 3 gets 4", [9, 8], [3, 4], traded(1, 8, 4, 4n)],
    ["B=9,4; S=3,8: one trade at 6", [9, 4], [3, 8], traded(1, 6, 6, 0n)],
    ["B=9; S=4: none", [9], [4], nothing],
    ["B=9,8; S=4: none", [9, 8], [4], nothing],
  ])("McAfee, %s", (_, bids, offers, expected) => {
    expect(summary(clear(mcAfee(), units(...bids), units(...offers)))).toEqual(expected);
  });

  it("strongly balanced, B=9; S=3,4: one trade at 4", () => {
    expect(summary(clear(sbba(), units(9), units(3, 4)))).toEqual(traded(1, 4, 4, 0n));
  });

  it("strongly balanced, B=9,8; S=3,4: the buyer of 9 pays 8 to one of the two sellers", () => {
    const sellers = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const outcome = clear(sbba(), units(9, 8), units(3, 4), String(seed));
      expect(summary(outcome)).toEqual(traded(1, 8, 8, 0n));
      for (const trade of outcome.trades) {
        expect(trade.bidId).toBe("0xb00");
        sellers.add(trade.offerId);
      }
    }
    expect([...sellers].sort()).toEqual(["0xa00", "0xa01"]);
  });
});

describe("V10: four buyers and three sellers (PyMarket)", () => {
  const bids = units(4, 3, 2, 1);
  const offers = units(1, 2, 3);

  it("Huang's auction: the buyer of 4 pays 3, the seller of 1 gets 2; a third of the volume, a half of the welfare", () => {
    const orders = book(bids, offers);
    const outcome = huang().clear(orders, { seed: "" });
    expect(summary(outcome)).toEqual(traded(1, 3, 2, 1n));
    expect(outcome.trades[0]).toMatchObject({ bidId: "0xb00", offerId: "0xa00" });
    // A third of what could be paired, though at no common price.
    expect(mostPairableWh(orders)).toBe(3);
    // A half of the welfare is what the traders themselves gain; of the other half the operator has 1.
    expect(optimumOf(orders)).toEqual({ volumeWh: 2, welfare: 4n });
    expect(welfareOf(orders, outcome) - outcome.operator).toBe(2n);
  });
});

describe("V15: PowerTAC", () => {
  it.each([
    ["ask 20, bid 22: at 21", 22, 20, 21],
    ["ask 20, bid 32: at 26, where PowerTAC caps at 5 % above the ask, 21", 32, 20, 26],
    ["ask 23, bid 22: none", 22, 23, null],
  ])("%s", (_, bid, ask, price) => {
    expect(clear(payAsBid(500), units(bid), units(ask)).clearingPrice).toBe(price);
    expect(clear(uniformPrice(500), units(bid), units(ask)).clearingPrice).toBe(price);
  });
});

describe("V18: a bid filled by two offers", () => {
  it.each([
    ["as offered, 1800", 0, 1800n],
    ["as bid, 5000", 1000, 5000n],
  ])("paid %s: the buyer pays what the sellers get, where ASSUME takes 3000 and gives 1800", (_, k, cash) => {
    const orders = book(
      [[100, 50]],
      [
        [60, 10],
        [40, 30],
      ],
    );
    const outcome = payAsBid(k).clear(orders, { seed: "" });
    const results = resultsByTrader(orders, outcome);
    const cashOf = (trader: string): bigint =>
      [...results].find(([name]) => name === trader)?.[1].cash ?? -1n;
    expect(cashOf("buyer-0")).toBe(cash);
    expect(cashOf("seller-0") + cashOf("seller-1")).toBe(cash);
    expect(outcome.operator).toBe(0n);
  });
});
