import { createQuoteSteps, type QuoteTerms, writeQuoteSteps } from "@commonwatt/vpp-core";
import type { Strategy } from "./strategy.ts";

/** Marginal value: the quotes of a live site. */
export const truthful: Strategy = {
  name: "truthful",
  begin: ({ neighbourhood: { batteries } }) => {
    const steps = createQuoteSteps();
    const terms: QuoteTerms = {
      netLoadWh: 0,
      retailPrice: 0,
      feedInPrice: 0,
      referencePrice: 0,
      capacityWh: 0,
      storedWh: 0,
      reserveWh: 0,
      chargeMaxWh: 0,
      dischargeMaxWh: 0,
    };
    return {
      quote(home, moment, quotes) {
        terms.netLoadWh = (moment.expectedLoadWh[home] as number) - (moment.expectedPvWh[home] as number);
        terms.retailPrice = moment.retailPrice;
        terms.feedInPrice = moment.feedInPrice;
        terms.referencePrice = moment.referencePrice;
        terms.capacityWh = batteries.capacityWh[home] as number;
        terms.storedWh = moment.storedWh[home] as number;
        terms.reserveWh = batteries.reserveWh[home] as number;
        terms.chargeMaxWh = moment.chargeMaxWh[home] as number;
        terms.dischargeMaxWh = moment.dischargeMaxWh[home] as number;
        writeQuoteSteps(terms, steps);
        for (let at = 0; at < steps.count; at++) {
          quotes.add(home, steps.isBid ? 0 : 1, steps.energyWh[at] as number, steps.limitPrice[at] as number);
        }
      },
    };
  },
};
