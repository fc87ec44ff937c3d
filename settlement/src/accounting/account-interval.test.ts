import {
  deliveryInterval,
  intervalIndex,
  priceMicroPerKwh,
  type SiteId,
  siteId,
  sumMoney,
  type Tariff,
  type Trade,
  wattHours,
} from "@commonwatt/vpp-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accountInterval, type IntervalAccounts } from "./account-interval.ts";
import type { MeteredEnergy } from "./site-statement.ts";

const interval = deliveryInterval(intervalIndex(100), 15);
const tariff: Tariff = { retailPrice: priceMicroPerKwh(300_000), feedInPrice: priceMicroPerKwh(80_000) };

function trade(number: number, seller: string, buyer: string, energyWh: number, price: number): Trade {
  return {
    id: `${interval.index}-${number}`,
    intervalIndex: interval.index,
    sellerId: siteId(seller),
    buyerId: siteId(buyer),
    offerId: "0x01",
    bidId: "0x02",
    energyWh: wattHours(energyWh),
    price: priceMicroPerKwh(price),
    phase: "call",
  };
}

function meters(values: Record<string, readonly [number, number]>): Map<SiteId, MeteredEnergy> {
  return new Map(
    Object.entries(values).map(([id, [importWh, exportWh]]) => [
      siteId(id),
      { importWh: wattHours(importWh), exportWh: wattHours(exportWh) },
    ]),
  );
}

function account(trades: readonly Trade[], metered: Map<SiteId, MeteredEnergy>): IntervalAccounts {
  return accountInterval({ interval, trades, metered, tariff });
}

describe("accounting an interval", () => {
  it("pays the whole trade when both deliver", () => {
    const result = account([trade(1, "a", "b", 1_000, 200_000)], meters({ a: [0, 1_500], b: [1_000, 0] }));
    expect(result.trades[0]).toMatchObject({
      settledWh: 1_000,
      paidNano: 200_000_000n,
      sellerMakeWholeNano: 0n,
      buyerMakeWholeNano: 0n,
    });
    // 1000 Wh at 0.20 and 500 Wh at 0.08, against 1500 Wh at 0.08.
    expect(result.statements[0]).toMatchObject({
      creditNano: 200_000_000n,
      withTradingNano: 240_000_000n,
      withoutTradingNano: 120_000_000n,
    });
    expect(result.statements[1]).toMatchObject({
      debitNano: 200_000_000n,
      withTradingNano: -200_000_000n,
      withoutTradingNano: -300_000_000n,
    });
  });

  it("lets a seller who fell short make the buyer whole", () => {
    const result = account([trade(1, "a", "b", 1_000, 200_000)], meters({ a: [0, 400], b: [1_000, 0] }));
    expect(result.trades[0]).toMatchObject({
      settledWh: 400,
      paidNano: 80_000_000n,
      sellerMakeWholeNano: 60_000_000n,
    });
    // The buyer pays 0.20 for every kWh in the end, as agreed.
    expect(result.statements[1]?.withTradingNano).toBe(-200_000_000n);
  });

  it("lets a buyer who fell short make the seller whole", () => {
    const result = account([trade(1, "a", "b", 1_000, 200_000)], meters({ a: [0, 1_000], b: [250, 0] }));
    expect(result.trades[0]).toMatchObject({
      settledWh: 250,
      paidNano: 50_000_000n,
      buyerMakeWholeNano: 90_000_000n,
    });
    expect(result.statements[0]?.withTradingNano).toBe(200_000_000n);
  });

  it("shares a shortfall over a site's trades and rounds each part down", () => {
    const trades = [trade(1, "a", "b", 100, 200_000), trade(2, "a", "c", 200, 200_000)];
    const result = account(trades, meters({ a: [0, 100], b: [100, 0], c: [200, 0] }));
    expect(result.trades.map(({ settledWh }) => settledWh)).toEqual([33, 66]);
    expect(result.settledWh).toBe(99);
  });

  it("counts what a site buys and sells on without a meter", () => {
    const trades = [trade(1, "a", "b", 500, 150_000), trade(2, "b", "c", 500, 200_000)];
    const result = account(trades, meters({ a: [0, 500], b: [0, 0], c: [500, 0] }));
    expect(result.trades.map(({ settledWh }) => settledWh)).toEqual([500, 500]);
    expect(result.statements[1]?.withTradingNano).toBe(25_000_000n);
  });

  it("never makes anybody whole with less than nothing when the price is outside the grid's", () => {
    const high = account([trade(1, "a", "b", 1_000, 350_000)], meters({ a: [0, 0], b: [1_000, 0] }));
    expect(high.trades[0]).toMatchObject({ settledWh: 0, sellerMakeWholeNano: 0n, buyerMakeWholeNano: 0n });
    const low = account([trade(1, "a", "b", 1_000, 50_000)], meters({ a: [0, 1_000], b: [0, 0] }));
    expect(low.trades[0]).toMatchObject({ settledWh: 0, sellerMakeWholeNano: 0n, buyerMakeWholeNano: 0n });
  });

  it("refuses trades that cannot be of this interval", () => {
    const metered = meters({ a: [0, 0], b: [0, 0] });
    expect(() => account([trade(1, "a", "z", 1, 1)], metered)).toThrow("not metered here");
    expect(() => account([trade(1, "a", "a", 1, 1)], metered)).toThrow("itself");
    const other = { ...trade(1, "a", "b", 1, 1), intervalIndex: intervalIndex(99) };
    expect(() => account([other], metered)).toThrow("not of interval");
  });
});

const SITES = ["a", "b", "c", "d", "e"] as const;
const someMeters = fc
  .array(fc.tuple(fc.nat(6_000), fc.nat(6_000)), { minLength: 5, maxLength: 5 })
  .map((values) => meters(Object.fromEntries(SITES.map((id, index) => [id, values[index] ?? [0, 0]]))));
const someTrades = (sellers: readonly string[], buyers: readonly string[]): fc.Arbitrary<Trade[]> =>
  fc
    .array(
      fc.tuple(
        fc.constantFrom(...sellers),
        fc.constantFrom(...buyers),
        fc.integer({ min: 1, max: 3_000 }),
        fc.integer({ min: 0, max: 400_000 }),
      ),
      { maxLength: 10 },
    )
    .map((raw) =>
      raw.filter(([seller, buyer]) => seller !== buyer).map((one, index) => trade(index + 1, ...one)),
    );

describe("accounting any interval", () => {
  it("conserves money to the nano and settles no more than was traded", () => {
    fc.assert(
      fc.property(someTrades(SITES, SITES), someMeters, (trades, metered) => {
        const result = account(trades, metered);
        const credit = sumMoney(result.statements.map(({ creditNano }) => creditNano));
        const debit = sumMoney(result.statements.map(({ debitNano }) => debitNano));
        expect(credit).toBe(debit);
        for (const line of result.trades) {
          expect(line.settledWh).toBeGreaterThanOrEqual(0);
          expect(line.settledWh).toBeLessThanOrEqual(line.trade.energyWh);
          expect(line.sellerMakeWholeNano >= 0n && line.buyerMakeWholeNano >= 0n).toBe(true);
          expect(line.sellerMakeWholeNano === 0n || line.buyerMakeWholeNano === 0n).toBe(true);
        }
        for (const one of result.statements) expect(one.settledSoldWh).toBeLessThanOrEqual(one.soldWh);
      }),
    );
  });

  it("settles no more than a site metered, when it is on one side only", () => {
    fc.assert(
      fc.property(someTrades(["a", "b"], ["c", "d", "e"]), someMeters, (trades, metered) => {
        const { statements } = account(trades, metered);
        for (const one of statements) {
          expect(one.settledSoldWh).toBeLessThanOrEqual(one.meteredExportWh);
          expect(one.settledBoughtWh).toBeLessThanOrEqual(one.meteredImportWh);
        }
        // What the street saves is the spread between the grid's two prices on every settled Wh.
        const saved = statements.reduce((sum, one) => sum + one.withTradingNano - one.withoutTradingNano, 0n);
        const settledWh = statements.reduce((sum, one) => sum + one.settledSoldWh, 0);
        expect(saved).toBe(BigInt(settledWh) * 220_000n);
      }),
    );
  });

  it("settles every trade in whole when everybody delivers", () => {
    fc.assert(
      fc.property(someTrades(SITES, SITES), (trades) => {
        const net = new Map<string, number>(SITES.map((id) => [id, 0]));
        for (const { sellerId, buyerId, energyWh } of trades) {
          net.set(sellerId, (net.get(sellerId) ?? 0) + energyWh);
          net.set(buyerId, (net.get(buyerId) ?? 0) - energyWh);
        }
        const delivered = Object.fromEntries(
          [...net].map(([id, n]) => [id, [Math.max(0, -n), Math.max(0, n)] as const]),
        );
        const result = account(trades, meters(delivered));
        expect(result.trades.map(({ settledWh }) => settledWh)).toEqual(
          trades.map(({ energyWh }) => energyWh),
        );
        for (const one of result.statements) {
          // Nothing is left to the retailer: the trades are the whole bill.
          expect(one.withTradingNano).toBe(one.creditNano - one.debitNano);
        }
      }),
    );
  });
});
