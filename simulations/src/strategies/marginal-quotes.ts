import { createQuoteSteps, type QuoteTerms, writeQuoteSteps } from "@commonwatt/vpp-core";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import type { BiddingMoment } from "./bidding-moment.ts";
import type { StrategyRun } from "./strategy.ts";

/** What a kWh in a home's battery is worth, in micro. */
export type StoredPrice = (home: number, moment: BiddingMoment) => number;

/** Quotes at marginal value, as a live site writes them, from what its stored energy is worth. */
export function marginalQuotes(
  { batteries }: Neighbourhood,
  storedPriceOf: StoredPrice,
): StrategyRun["quote"] {
  const steps = createQuoteSteps();
  const terms: QuoteTerms = {
    netLoadWh: 0,
    retailPrice: 0,
    feedInPrice: 0,
    referencePrice: 0,
    storedPrice: 0,
    capacityWh: 0,
    storedWh: 0,
    reserveWh: 0,
    chargeMaxWh: 0,
    dischargeMaxWh: 0,
  };
  return (home, moment, quotes) => {
    terms.netLoadWh = (moment.expectedLoadWh[home] as number) - (moment.expectedPvWh[home] as number);
    terms.retailPrice = moment.retailPrice;
    terms.feedInPrice = moment.feedInPrice;
    terms.referencePrice = moment.referencePrice;
    terms.storedPrice = storedPriceOf(home, moment);
    terms.capacityWh = batteries.capacityWh[home] as number;
    terms.storedWh = moment.storedWh[home] as number;
    terms.reserveWh = batteries.reserveWh[home] as number;
    terms.chargeMaxWh = moment.chargeMaxWh[home] as number;
    terms.dischargeMaxWh = moment.dischargeMaxWh[home] as number;
    writeQuoteSteps(terms, steps);
    for (let at = 0; at < steps.count; at++) {
      quotes.add(home, steps.isBid ? 0 : 1, steps.energyWh[at] as number, steps.limitPrice[at] as number);
    }
  };
}
