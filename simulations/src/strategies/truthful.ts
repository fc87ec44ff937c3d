import { valueByFill } from "@commonwatt/vpp-core";
import { marginalQuotes } from "./marginal-quotes.ts";
import type { Strategy } from "./strategy.ts";

/** Marginal value: the quotes of a live site. */
export const truthful: Strategy = {
  name: "truthful",
  begin: ({ neighbourhood }) => {
    const { capacityWh } = neighbourhood.batteries;
    return {
      quote: marginalQuotes(neighbourhood, (home, { retailPrice, feedInPrice, storedWh }) =>
        valueByFill(retailPrice, feedInPrice, storedWh[home] as number, capacityWh[home] as number),
      ),
    };
  },
};
