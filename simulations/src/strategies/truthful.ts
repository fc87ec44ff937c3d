import { type PriceMicroPerKwh, quotes, type WattHours } from "@commonwatt/vpp-core";
import type { Strategy } from "./strategy.ts";

/** Marginal value: the quotes of a live site. */
export const truthful: Strategy = {
  name: "truthful",
  begin: ({ neighbourhood: { batteries } }) => ({
    quote(home, moment, sheet) {
      const at = (column: Int32Array): WattHours => column[home] as WattHours;
      const capacityWh = at(batteries.capacityWh);
      const made = quotes({
        netLoadWh: (at(moment.expectedLoadWh) - at(moment.expectedPvWh)) as WattHours,
        netSoldWh: 0 as WattHours,
        battery:
          capacityWh === 0
            ? null
            : {
                storedWh: at(moment.storedWh),
                capacityWh,
                reserveWh: at(batteries.reserveWh),
                chargeMaxWh: at(moment.chargeMaxWh),
                dischargeMaxWh: at(moment.dischargeMaxWh),
              },
        tariff: {
          retailPrice: moment.retailPrice as PriceMicroPerKwh,
          feedInPrice: moment.feedInPrice as PriceMicroPerKwh,
        },
        referencePrice: moment.referencePrice as PriceMicroPerKwh,
      });
      for (const { side, energyWh, limitPrice } of made) {
        sheet.add(home, side === "bid" ? 0 : 1, energyWh, limitPrice);
      }
    },
  }),
};
