import type { Strategy } from "./strategy.ts";

/**
 * First the own battery, then the neighbours, then the retailer: what the battery is not expected to cover is
 * bid for at the retail price, what it is not expected to take is offered at the feed-in price.
 */
export const selfConsumption: Strategy = {
  name: "self-consumption",
  begin: ({ neighbourhood: { batteries } }) => ({
    quote(home, moment, quotes) {
      const netLoadWh = (moment.expectedLoadWh[home] as number) - (moment.expectedPvWh[home] as number);
      const storedWh = moment.storedWh[home] as number;
      if (netLoadWh > 0) {
        const aboveReserveWh = storedWh - (batteries.reserveWh[home] as number);
        const givenWh = Math.max(0, Math.min(moment.dischargeMaxWh[home] as number, aboveReserveWh));
        quotes.add(home, 0, Math.max(0, netLoadWh - givenWh), moment.retailPrice);
      } else {
        const roomWh = (batteries.capacityWh[home] as number) - storedWh;
        const takenWh = Math.max(0, Math.min(moment.chargeMaxWh[home] as number, roomWh));
        quotes.add(home, 1, Math.max(0, -netLoadWh - takenWh), moment.feedInPrice);
      }
    },
  }),
};
