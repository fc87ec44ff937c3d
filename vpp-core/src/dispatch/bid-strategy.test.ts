import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wattHours } from "../units/energy.ts";
import { priceMicroPerKwh } from "../units/price.ts";
import { type BidInput, quotes } from "./bid-strategy.ts";

const tariff = { retailPrice: priceMicroPerKwh(300_000), feedInPrice: priceMicroPerKwh(80_000) };
const referencePrice = priceMicroPerKwh(190_000);

const NOTHING = wattHours(0);

function battery(storedWh: number, over: object = {}): BidInput["battery"] {
  return {
    storedWh: wattHours(storedWh),
    capacityWh: wattHours(10_000),
    reserveWh: wattHours(1000),
    chargeMaxWh: wattHours(1000),
    dischargeMaxWh: wattHours(1000),
    ...over,
  };
}

describe("quotes", () => {
  test("a consumer bids what it lacks at the retail price", () => {
    const result = quotes({
      netLoadWh: wattHours(250),
      netSoldWh: NOTHING,
      battery: null,
      tariff,
      referencePrice,
    });
    expect(result).toEqual([{ side: "bid", energyWh: 250, limitPrice: 300_000 }]);
  });

  test("solar without a battery is offered at the feed-in price", () => {
    const result = quotes({
      netLoadWh: wattHours(-400),
      netSoldWh: NOTHING,
      battery: null,
      tariff,
      referencePrice,
    });
    expect(result).toEqual([{ side: "offer", energyWh: 400, limitPrice: 80_000 }]);
  });

  test("a full battery offers its surplus and what it can discharge near the feed-in price", () => {
    const result = quotes({
      netLoadWh: wattHours(-400),
      netSoldWh: NOTHING,
      battery: battery(10_000),
      tariff,
      referencePrice,
    });
    expect(result).toEqual([
      { side: "offer", energyWh: 400, limitPrice: 80_000 },
      { side: "offer", energyWh: 1000, limitPrice: 84_210 },
    ]);
  });

  test("an empty battery bids for its house and for storage", () => {
    const result = quotes({
      netLoadWh: wattHours(200),
      netSoldWh: NOTHING,
      battery: battery(1000),
      tariff,
      referencePrice,
    });
    expect(result).toEqual([
      { side: "bid", energyWh: 200, limitPrice: 300_000 },
      { side: "bid", energyWh: 1000, limitPrice: 264_100 },
    ]);
  });

  test("what was traded already is not quoted again, and what is no longer wanted goes back", () => {
    const asked = (netLoadWh: number, netSoldWh: number): unknown =>
      quotes({
        netLoadWh: wattHours(netLoadWh),
        netSoldWh: wattHours(netSoldWh),
        battery: null,
        tariff,
        referencePrice,
      }).map(({ side, energyWh }) => [side, energyWh]);
    expect(asked(-400, 150)).toEqual([["offer", 250]]);
    expect(asked(-400, 400)).toEqual([]);
    expect(asked(250, -100)).toEqual([["bid", 150]]);
    expect(asked(-300, 400), "sold on a better forecast").toEqual([["bid", 100]]);
  });

  test("nothing to trade gives no quote", () => {
    expect(
      quotes({ netLoadWh: wattHours(0), netSoldWh: NOTHING, battery: null, tariff, referencePrice }),
    ).toEqual([]);
  });

  test("quotes are on one side, positive, within the tariff and within what the site can move", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -5000, max: 5000 }),
        fc.integer({ min: 0, max: 10_000 }),
        fc.integer({ min: 80_000, max: 300_000 }),
        (netLoadWh, storedWh, reference) => {
          const result = quotes({
            netLoadWh: wattHours(netLoadWh),
            netSoldWh: NOTHING,
            battery: battery(storedWh),
            tariff,
            referencePrice: priceMicroPerKwh(reference),
          });
          expect(new Set(result.map((quote) => quote.side)).size).toBeLessThanOrEqual(1);
          const total = result.reduce((sum, quote) => sum + quote.energyWh, 0);
          expect(total).toBeLessThanOrEqual(Math.abs(netLoadWh) + 1000);
          for (const quote of result) {
            expect(quote.energyWh).toBeGreaterThan(0);
            expect(quote.limitPrice).toBeGreaterThanOrEqual(tariff.feedInPrice);
            expect(quote.limitPrice).toBeLessThanOrEqual(tariff.retailPrice);
          }
        },
      ),
    );
  });
});
