import type { Tariff } from "../grid/tariff.ts";
import type { OrderSide } from "../ports/trading-venue.ts";
import { type WattHours, wattHours } from "../units/energy.ts";
import { type PriceMicroPerKwh, priceMicroPerKwh } from "../units/price.ts";

/** What a site expects of one delivery interval, and what its battery could add. */
export interface BidInput {
  /** Expected consumption minus production; + is a deficit. */
  readonly netLoadWh: WattHours;
  /** Sold less bought for this interval already: that much more is needed, so no energy is quoted twice. */
  readonly netSoldWh: WattHours;
  /** `null` for a site without a battery that can be commanded. */
  readonly battery: BatteryOutlook | null;
  readonly tariff: Tariff;
  /** The last clearing price, or the middle of the tariff while there is none. */
  readonly referencePrice: PriceMicroPerKwh;
}

/** The battery at the start of the interval. */
export interface BatteryOutlook {
  readonly storedWh: WattHours;
  readonly capacityWh: WattHours;
  /** Energy that stays in the battery for its owner. */
  readonly reserveWh: WattHours;
  /** Most energy one interval can move, either way. */
  readonly chargeMaxWh: WattHours;
  readonly dischargeMaxWh: WattHours;
}

/** One order to place. */
export interface Quote {
  readonly side: OrderSide;
  readonly energyWh: WattHours;
  readonly limitPrice: PriceMicroPerKwh;
}

/** Energy that comes back from a battery for each unit that goes in, one way, in per mille (typical Li-ion). */
const ONE_WAY_EFFICIENCY_PERMILLE = 950;

/**
 * Turns an expected interval into quotes at marginal value. A kWh in the battery is worth the retail
 * price when the battery is empty and the feed-in price when it is full, linear between; charging and
 * discharging each lose a little, so the site buys for storage below that value and sells above it. What
 * the house itself lacks or has left over is priced the same way, or by the tariff without a battery.
 * The net demand falls as the price rises, so the quotes are its steps; a site is on one side of an
 * interval only, the side that the reference price says is worth more.
 */
export function quotes(input: BidInput): readonly Quote[] {
  const steps = demandSteps(input);
  const bids = steps.filter((step) => step.side === "bid");
  const offers = steps.filter((step) => step.side === "offer");
  const bidGain = gain(bids, input.referencePrice);
  const offerGain = gain(offers, input.referencePrice);
  if (bidGain === offerGain) return input.netLoadWh + input.netSoldWh > 0 ? bids : offers;
  return bidGain > offerGain ? bids : offers;
}

function demandSteps(input: BidInput): readonly Quote[] {
  const { retailPrice, feedInPrice } = input.tariff;
  const base = input.netLoadWh + input.netSoldWh;
  const { chargePrice, dischargePrice, chargeWh, dischargeWh } = storageTerms(input);
  const atLow = base + chargeWh;
  const atHigh = base - dischargeWh;
  const bid = (from: number, to: number, price: PriceMicroPerKwh): Quote => ({
    side: "bid",
    energyWh: wattHours(Math.max(from, 0) - Math.max(to, 0)),
    limitPrice: price,
  });
  const offer = (from: number, to: number, price: PriceMicroPerKwh): Quote => ({
    side: "offer",
    energyWh: wattHours(Math.min(from, 0) - Math.min(to, 0)),
    limitPrice: price,
  });
  return [
    bid(atHigh, 0, retailPrice),
    bid(base, atHigh, dischargePrice),
    bid(atLow, base, chargePrice),
    offer(0, atLow, feedInPrice),
    offer(atLow, base, chargePrice),
    offer(base, atHigh, dischargePrice),
  ].filter((quote) => quote.energyWh > 0);
}

interface StorageTerms {
  readonly chargePrice: PriceMicroPerKwh;
  readonly dischargePrice: PriceMicroPerKwh;
  readonly chargeWh: number;
  readonly dischargeWh: number;
}

function storageTerms({ battery, tariff }: BidInput): StorageTerms {
  const { retailPrice, feedInPrice } = tariff;
  if (battery === null || battery.capacityWh <= 0) {
    return { chargePrice: feedInPrice, dischargePrice: retailPrice, chargeWh: 0, dischargeWh: 0 };
  }
  const emptyWh = Math.max(0, battery.capacityWh - battery.storedWh);
  const value = feedInPrice + Math.floor(((retailPrice - feedInPrice) * emptyWh) / battery.capacityWh);
  const within = (price: number): PriceMicroPerKwh =>
    priceMicroPerKwh(Math.min(retailPrice, Math.max(feedInPrice, Math.floor(price))));
  return {
    chargePrice: within((value * ONE_WAY_EFFICIENCY_PERMILLE) / 1000),
    dischargePrice: within((value * 1000) / ONE_WAY_EFFICIENCY_PERMILLE),
    chargeWh: Math.min(battery.chargeMaxWh, emptyWh),
    dischargeWh: Math.max(0, Math.min(battery.dischargeMaxWh, battery.storedWh - battery.reserveWh)),
  };
}

/** What a set of quotes would gain at a price, in nano. */
function gain(side: readonly Quote[], price: PriceMicroPerKwh): number {
  return side.reduce((total, quote) => {
    const margin = quote.side === "bid" ? quote.limitPrice - price : price - quote.limitPrice;
    return total + Math.max(0, margin) * quote.energyWh;
  }, 0);
}
