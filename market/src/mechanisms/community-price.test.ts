import { priceMicroPerKwh, type Tariff } from "@commonwatt/vpp-core";
import { describe, expect, it } from "vitest";
import { book, type Row } from "../../test/books.ts";
import { filledWh } from "../oracle/welfare.ts";
import { billSharing } from "./bill-sharing.ts";
import { linearRatio } from "./linear-ratio.ts";
import type { Mechanism, MechanismOutcome } from "./mechanism.ts";
import { midMarketRate } from "./mid-market-rate.ts";
import { supplyDemandRatio } from "./supply-demand-ratio.ts";

const tariffOf = (retailPrice: number, feedInPrice: number): Tariff => ({
  retailPrice: priceMicroPerKwh(retailPrice),
  feedInPrice: priceMicroPerKwh(feedInPrice),
});

/** What all sellers get and all buyers pay; `null` for a side without orders. */
function prices({ trades, gridTrades }: MechanismOutcome, orders: ReturnType<typeof book>): unknown {
  const bids = new Set(orders.filter(({ side }) => side === "bid").map(({ id }) => id));
  const buyer = [
    ...trades.map(({ buyerPrice }) => buyerPrice),
    ...gridTrades.filter(({ orderId }) => bids.has(orderId)).map(({ price }) => price),
  ];
  const seller = [
    ...trades.map(({ sellerPrice }) => sellerPrice),
    ...gridTrades.filter(({ orderId }) => !bids.has(orderId)).map(({ price }) => price),
  ];
  expect(new Set(buyer).size).toBeLessThanOrEqual(1);
  expect(new Set(seller).size).toBeLessThanOrEqual(1);
  return { sell: seller[0] ?? null, buy: buyer[0] ?? null };
}

function clear(
  mechanism: Mechanism,
  bids: readonly Row[],
  offers: readonly Row[],
  tariff: Tariff,
): MechanismOutcome & { prices: unknown } {
  const orders = book(bids, offers);
  const outcome = mechanism.clear(orders, { seed: "", tariff });
  for (const { id, energyWh } of orders) expect(filledWh(outcome).get(id)).toBe(energyWh);
  return { ...outcome, prices: prices(outcome, orders) };
}

describe("V17: retail 25, feed-in 10, derived by hand; prices in thousandths", () => {
  const tariff = tariffOf(25_000, 10_000);
  const demand = (energyWh: number): Row[] => [[energyWh, 25_000]];
  const surplus = (energyWh: number): Row[] => [[energyWh, 0]];

  it.each([
    ["D=10, G=4: SDR", supplyDemandRatio(), 10, 4, { sell: 15_625, buy: 21_250 }, 150_000n],
    ["D=10, G=4: MMR", midMarketRate(), 10, 4, { sell: 17_500, buy: 22_000 }, 150_000n],
    ["D=10, G=4: bill sharing", billSharing(), 10, 4, { sell: 0, buy: 15_000 }, 150_000n],
    ["D=10, G=10: SDR", supplyDemandRatio(), 10, 10, { sell: 10_000, buy: 10_000 }, 0n],
    ["D=10, G=10: MMR", midMarketRate(), 10, 10, { sell: 17_500, buy: 17_500 }, 0n],
    ["D=10, G=10: bill sharing", billSharing(), 10, 10, { sell: 0, buy: 0 }, 0n],
    ["D=6, G=10: SDR", supplyDemandRatio(), 6, 10, { sell: 10_000, buy: 10_000 }, -40_000n],
    ["D=6, G=10: MMR", midMarketRate(), 6, 10, { sell: 14_500, buy: 17_500 }, -40_000n],
    ["D=6, G=10: bill sharing", billSharing(), 6, 10, { sell: 4_000, buy: 0 }, -40_000n],
  ] as const)("%s", (_, mechanism, d, g, expected, grid) => {
    const outcome = clear(mechanism, demand(d), surplus(g), tariff);
    expect(outcome.prices).toEqual(expected);
    expect(outcome).toMatchObject({ grid, operator: 0n, volumeWh: Math.min(d, g) });
  });
});

describe("V16: rec_op_lem_prices, prices in thousandths, its dearest demand and offer as the tariff", () => {
  const tariff = tariffOf(35_000, 15_000);
  const bids: Row[] = [
    [500, 45_000],
    [500, 40_000],
    [500, 35_000],
  ];
  const offers = (...energies: number[]): Row[] =>
    energies.map((energyWh, i) => [energyWh, [0, 10_000, 15_000][i] ?? 0]);

  it.each([
    ["SDR 15.594", supplyDemandRatio(), offers(500, 400, 500), 15_594],
    ["SDR compensated by .5, 25.485", supplyDemandRatio(500), offers(500, 400, 500), 25_485],
    ["SDR with an excess, 15.0", supplyDemandRatio(), offers(500, 500, 1000), 15_000],
    ["SDR with a deficit, 16.579", supplyDemandRatio(), offers(500, 500, 250), 16_579],
  ] as const)("%s", (_, mechanism, selling, expected) => {
    const { sell } = clear(mechanism, bids, selling, tariff).prices as { sell: number };
    expect(Math.abs(sell - expected)).toBeLessThanOrEqual(1);
  });

  it("MMR 25.0 is the middle, which sellers get as long as all they have is wanted", () => {
    expect(clear(midMarketRate(), bids, offers(500, 400, 500), tariff).prices).toMatchObject({
      sell: 25_000,
    });
  });

  it("MMR with the published surplus of 100: sellers share 1500 at 25.0 and 100 at the feed-in price", () => {
    const outcome = clear(midMarketRate(), bids, offers(500, 600, 500), tariff);
    expect(outcome.prices).toEqual({ sell: 24_375, buy: 25_000 });
  });

  it("buyers alone pay the retailer, sellers alone get the feed-in price; the peer's price is 45 and 0", () => {
    expect(clear(midMarketRate(), bids, [], tariff).prices).toEqual({ sell: null, buy: 35_000 });
    expect(clear(supplyDemandRatio(), [], offers(500, 600), tariff).prices).toEqual({
      sell: 15_000,
      buy: null,
    });
  });
});

describe("V19: the table of lemlab's ex-post pricing, retail .08, feed-in .02", () => {
  it.each([
    [0, 0.08],
    [0.1, 0.074],
    [0.2, 0.068],
    [0.5, 0.05],
    [0.6, 0.044],
    [0.7, 0.038],
    [1, 0.02],
    [1.1, 0.02],
  ])("at a ratio of %d sellers get %d", (ratio, price) => {
    const surplus: Row[] = ratio === 0 ? [] : [[1000 * ratio, 0]];
    const outcome = clear(linearRatio(), [[1000, 80_000]], surplus, tariffOf(80_000, 20_000));
    const { sell, buy } = outcome.prices as { sell: number | null; buy: number };
    expect(sell ?? buy).toBe(Math.round(price * 1e6));
    expect(Number(outcome.operator)).toBeLessThan(1000);
  });
});

describe("a community's prices", () => {
  it("give the operator what rounding leaves, less than one nano for each Wh", () => {
    const outcome = clear(midMarketRate(), [[3, 10]], [[7, 0]], tariffOf(10, 5));
    // The middle is 7.5: the buyer pays 8 for each of 3; sellers get ⌊(3·7.5 + 4·5)/7⌋ = 6 for each of 7.
    expect(outcome.prices).toEqual({ sell: 6, buy: 8 });
    expect(outcome).toMatchObject({ grid: -20n, operator: 24n - 42n + 20n });
  });

  it("leave out limits that their prices might pass", () => {
    const orders = book([[5, 24]], [[5, 11]]);
    const outcome = midMarketRate().clear(orders, { seed: "", tariff: tariffOf(25, 10) });
    expect(outcome).toMatchObject({ trades: [], gridTrades: [], operator: 0n, grid: 0n });
  });

  it("need a tariff that makes sense", () => {
    expect(() => midMarketRate().clear([], { seed: "" })).toThrowError("need the tariff");
    expect(() => billSharing().clear([], { seed: "", tariff: tariffOf(5, 6) })).toThrowError("feed-in price");
  });
});
