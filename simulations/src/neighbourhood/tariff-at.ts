import { priceMicroPerKwh, type Tariff } from "@commonwatt/vpp-core";
import type { Neighbourhood } from "./neighbourhood.ts";

/** The retailer's prices in an interval of a run. */
export function tariffAt(
  { retailPrice, feedInPrice }: Pick<Neighbourhood, "retailPrice" | "feedInPrice">,
  interval: number,
): Tariff {
  return {
    retailPrice: priceMicroPerKwh(retailPrice[interval] as number),
    feedInPrice: priceMicroPerKwh(feedInPrice[interval] as number),
  };
}
