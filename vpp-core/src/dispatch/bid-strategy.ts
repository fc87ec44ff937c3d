import type { Tariff } from "../grid/tariff.ts";
import type { OrderSide } from "../ports/trading-venue.ts";
import { type WattHours, wattHours } from "../units/energy.ts";
import { type PriceMicroPerKwh, priceMicroPerKwh } from "../units/price.ts";
import { createQuoteSteps, valueByFill, writeQuoteSteps } from "./quote-steps.ts";

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

const NO_BATTERY = { capacityWh: 0, storedWh: 0, reserveWh: 0, chargeMaxWh: 0, dischargeMaxWh: 0 };

/**
 * Turns an expected interval into quotes at marginal value. A kWh in the battery is worth the retail
 * price when the battery is empty and the feed-in price when it is full, linear between; charging and
 * discharging each lose a little, so the site buys for storage below that value and sells above it. What
 * the house itself lacks or has left over is priced the same way, or by the tariff without a battery.
 * The net demand falls as the price rises, so the quotes are its steps; a site is on one side of an
 * interval only, the side that the reference price says is worth more.
 */
export function quotes({
  netLoadWh,
  netSoldWh,
  battery,
  tariff,
  referencePrice,
}: BidInput): readonly Quote[] {
  const steps = createQuoteSteps();
  const netSoldLoadWh = netLoadWh + netSoldWh;
  const storage = battery ?? NO_BATTERY;
  const { retailPrice, feedInPrice } = tariff;
  const storedPrice = valueByFill(retailPrice, feedInPrice, storage.storedWh, storage.capacityWh);
  writeQuoteSteps({ netLoadWh: netSoldLoadWh, referencePrice, storedPrice, ...tariff, ...storage }, steps);
  return Array.from({ length: steps.count }, (_, at) => ({
    side: steps.isBid ? "bid" : "offer",
    energyWh: wattHours(steps.energyWh[at] as number),
    limitPrice: priceMicroPerKwh(steps.limitPrice[at] as number),
  }));
}
