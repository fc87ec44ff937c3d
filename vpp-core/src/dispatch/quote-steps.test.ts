import fc from "fast-check";
import { expect, test } from "vitest";
import { wattHours } from "../units/energy.ts";
import { priceMicroPerKwh } from "../units/price.ts";
import { type BidInput, type Quote, quotes } from "./bid-strategy.ts";

const energy = fc.nat({ max: 12_000 }).map(wattHours);
const price = fc.integer({ min: -100_000, max: 500_000 });

const inputs: fc.Arbitrary<BidInput> = fc
  .record({
    netLoadWh: fc.integer({ min: -5_000, max: 5_000 }).map(wattHours),
    netSoldWh: fc.integer({ min: -500, max: 500 }).map(wattHours),
    battery: fc.option(
      fc.record({
        storedWh: energy,
        capacityWh: energy,
        reserveWh: energy,
        chargeMaxWh: energy,
        dischargeMaxWh: energy,
      }),
    ),
    prices: fc.tuple(price, price),
    referencePrice: price.map(priceMicroPerKwh),
  })
  .map(({ prices, ...input }) => ({
    ...input,
    tariff: {
      feedInPrice: priceMicroPerKwh(Math.min(...prices)),
      retailPrice: priceMicroPerKwh(Math.max(...prices)),
    },
  }));

/** The rule, word by word: net demand at each price, its steps, and the side that is worth more. */
function quotePlainly({ netLoadWh, netSoldWh, battery, tariff, referencePrice }: BidInput): readonly Quote[] {
  const { retailPrice, feedInPrice } = tariff;
  const base = netLoadWh + netSoldWh;
  const within = (value: number): number => Math.min(retailPrice, Math.max(feedInPrice, Math.floor(value)));
  let terms = { charge: feedInPrice as number, discharge: retailPrice as number, low: base, high: base };
  if (battery !== null && battery.capacityWh > 0) {
    const emptyWh = Math.max(0, battery.capacityWh - battery.storedWh);
    const value = feedInPrice + Math.floor(((retailPrice - feedInPrice) * emptyWh) / battery.capacityWh);
    const givenWh = Math.max(0, Math.min(battery.dischargeMaxWh, battery.storedWh - battery.reserveWh));
    terms = {
      charge: within((value * 950) / 1_000),
      discharge: within((value * 1_000) / 950),
      low: base + Math.min(battery.chargeMaxWh, emptyWh),
      high: base - givenWh,
    };
  }
  const step = (side: "bid" | "offer", from: number, to: number, limit: number): Quote => {
    const beyond = side === "bid" ? Math.max : Math.min;
    const energyWh = wattHours(beyond(from, 0) - beyond(to, 0));
    return { side, energyWh, limitPrice: priceMicroPerKwh(limit) };
  };
  const isThere = ({ energyWh }: Quote): boolean => energyWh > 0;
  const bids = [
    step("bid", terms.high, 0, retailPrice),
    step("bid", base, terms.high, terms.discharge),
    step("bid", terms.low, base, terms.charge),
  ].filter(isThere);
  const offers = [
    step("offer", 0, terms.low, feedInPrice),
    step("offer", terms.low, base, terms.charge),
    step("offer", base, terms.high, terms.discharge),
  ].filter(isThere);
  const gain = (made: readonly Quote[]): number =>
    made.reduce((sum, { side: of, energyWh, limitPrice }) => {
      const margin = of === "bid" ? limitPrice - referencePrice : referencePrice - limitPrice;
      return sum + Math.max(0, margin) * energyWh;
    }, 0);
  if (gain(bids) === gain(offers)) return base > 0 ? bids : offers;
  return gain(bids) > gain(offers) ? bids : offers;
}

test("quotes are the steps of net demand on the side that is worth more", () => {
  fc.assert(
    fc.property(inputs, (input) => {
      expect(quotes(input)).toEqual(quotePlainly(input));
    }),
    { numRuns: 2_000 },
  );
});
