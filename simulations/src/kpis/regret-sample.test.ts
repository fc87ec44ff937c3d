import { type BookOrder, MECHANISMS, mechanismOf } from "@commonwatt/market";
import { type Hex, priceMicroPerKwh, siteId, wattHours } from "@commonwatt/vpp-core";
import { describe, expect, test } from "vitest";
import { intervalsToSample, ordersWithin, type SampledBook, sampleRegret } from "./regret-sample.ts";

type Row = readonly [trader: string, side: BookOrder["side"], energyWh: number, limit: number];

function bookOf(interval: number, rows: readonly Row[]): SampledBook {
  const seed = `street/${interval}`;
  const tariff = { retailPrice: priceMicroPerKwh(300_000), feedInPrice: priceMicroPerKwh(50_000) };
  const orders = rows.map(([trader, side, energyWh, limit], at) => ({
    id: `0x${at}` as Hex,
    trader: siteId(trader),
    side,
    energyWh: wattHours(energyWh),
    limitPrice: priceMicroPerKwh(limit),
  }));
  return { interval, seed, orders, context: { seed, tariff } };
}

const BOOKS = [
  bookOf(0, [
    ["anna", "bid", 900, 300_000],
    ["anna", "bid", 400, 180_000],
    ["ben", "bid", 700, 250_000],
    ["cleo", "bid", 500, 210_000],
    ["dora", "offer", 800, 50_000],
    ["emil", "offer", 600, 120_000],
    ["finn", "offer", 900, 200_000],
  ]),
  bookOf(1, [
    ["anna", "bid", 300, 300_000],
    ["ben", "bid", 300, 220_000],
    ["dora", "offer", 300, 50_000],
    ["emil", "offer", 500, 90_000],
  ]),
];

describe("nobody whom a mechanism promises it gains by a lie", () => {
  const truthful = Object.keys(MECHANISMS).filter(
    (name) => mechanismOf({ name }).promises.truthfulFor !== "nobody",
  );
  test.each(truthful)("%s", (name) => {
    const { promised } = sampleRegret(mechanismOf({ name }), BOOKS);
    expect(promised?.traders).toBeGreaterThan(0);
    expect(promised?.mostNano).toBe(0);
    expect(promised?.worst).toBeNull();
  });
});

test("under pay-as-bid lies pay, and the one that pays most is named", () => {
  const { traded, promised } = sampleRegret(mechanismOf({ name: "pay-as-bid" }), BOOKS);
  expect(promised).toBeNull();
  expect(traded.traders).toBe(10);
  expect(traded.paying).toBeGreaterThan(0);
  expect(traded.mostNano).toBeGreaterThan(0);
  expect(traded.worst).not.toBeNull();
  expect(traded.meanNano).toBeLessThanOrEqual(traded.mostNano);
});

test("outside its promise a truthful mechanism may be lied to", () => {
  // Anna's second order moves the price of her first: McAfee's rule promises nothing to traders with two.
  const { traded } = sampleRegret(mechanismOf({ name: "mcafee" }), BOOKS);
  expect(traded.mostNano).toBeGreaterThan(0);
});

test("books are cut to what a promise is about", () => {
  const orders = BOOKS[0]?.orders ?? [];
  expect(ordersWithin("all-traders", orders)).toBe(orders);
  const single = ordersWithin("single-orders", orders);
  expect(single.map(({ trader, limitPrice }) => [trader, limitPrice])).toEqual([
    ["anna", 300_000],
    ["ben", 250_000],
    ["cleo", 210_000],
    ["dora", 50_000],
    ["emil", 120_000],
    ["finn", 200_000],
  ]);
  const unit = ordersWithin("unit-traders", orders);
  expect(unit.map(({ energyWh }) => energyWh)).toEqual([500, 500, 500, 500, 500, 500]);
  expect(ordersWithin("unit-traders", [])).toEqual([]);
});

test("intervals with both sides are picked evenly, never one twice", () => {
  const bids = Int32Array.of(1, 1, 0, 1, 1, 1, 1);
  const offers = Int32Array.of(0, 1, 1, 1, 1, 1, 1);
  expect(intervalsToSample({ bids, offers }, 2)).toEqual([3, 5]);
  expect(intervalsToSample({ bids, offers }, 50)).toEqual([1, 3, 4, 5, 6]);
  expect(intervalsToSample({ bids: Int32Array.of(0), offers: Int32Array.of(1) }, 5)).toEqual([]);
});
