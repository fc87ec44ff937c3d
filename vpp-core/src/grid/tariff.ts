import type { PriceMicroPerKwh } from "../units/price.ts";

/** What the grid charges and pays while there is no neighbour to trade with. */
export interface Tariff {
  /** Price of a kWh from the retailer. */
  readonly retailPrice: PriceMicroPerKwh;
  /** Price the grid pays for a kWh fed in; below the retail price. */
  readonly feedInPrice: PriceMicroPerKwh;
}
