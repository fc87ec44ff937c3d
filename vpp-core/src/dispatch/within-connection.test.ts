import fc from "fast-check";
import { expect, test } from "vitest";
import { deliveryInterval, intervalIndex } from "../time/delivery-interval.ts";
import { wattHours } from "../units/energy.ts";
import { watts } from "../units/power.ts";
import { priceMicroPerKwh } from "../units/price.ts";
import type { Quote } from "./bid-strategy.ts";
import { connectionEnergyWh, withinConnection } from "./within-connection.ts";

const quarter = deliveryInterval(intervalIndex(1), 15);
const quote = (side: Quote["side"], energyWh: number): Quote => ({
  side,
  energyWh: wattHours(energyWh),
  limitPrice: priceMicroPerKwh(100_000),
});
const limits = { importPowerMaxW: watts(4_003), exportPowerMaxW: watts(2_000) };

test("what a connection moves is cut to whole Wh", () => {
  expect(connectionEnergyWh(4_003, 900_000)).toBe(1_000);
  expect(connectionEnergyWh(12, 300_000)).toBe(1);
});

test("the quotes that come last are cut, by what is traded already", () => {
  const bids = [quote("bid", 700), quote("bid", 200), quote("bid", 500), quote("bid", 9)];
  const energies = (netSoldWh: number): readonly number[] =>
    withinConnection(bids, limits, quarter, wattHours(netSoldWh)).map(({ energyWh }) => energyWh);
  expect(energies(0)).toEqual([700, 200, 100]);
  expect(energies(-600)).toEqual([400]);
  expect(energies(-1_000)).toEqual([]);
  expect(energies(1_000)).toEqual([700, 200, 500, 9]);
  const offers = [quote("offer", 300), quote("offer", 300)];
  expect(withinConnection(offers, limits, quarter, wattHours(100))).toEqual([
    quote("offer", 300),
    quote("offer", 100),
  ]);
});

test("never more than the connection moves, and nothing that fits is cut", () => {
  fc.assert(
    fc.property(
      fc.constantFrom<Quote["side"]>("bid", "offer"),
      fc.array(fc.integer({ min: 1, max: 2_000 }), { maxLength: 3 }),
      fc.integer({ min: -1_000, max: 1_000 }),
      (side, energies, netSoldWh) => {
        const given = energies.map((energyWh) => quote(side, energyWh));
        const kept = withinConnection(given, limits, quarter, wattHours(netSoldWh));
        const sum = (quotes: readonly Quote[]): number =>
          quotes.reduce((total, { energyWh }) => total + energyWh, 0);
        const roomWh = side === "bid" ? 1_000 + netSoldWh : 500 - netSoldWh;
        expect(sum(kept)).toBe(Math.max(0, Math.min(sum(given), roomWh)));
      },
    ),
  );
});
