import type { Mechanism } from "./mechanism.ts";
import { uniformPrice } from "./uniform-price.ts";

/** Which mechanism clears a market, as plain data that a journal can keep. */
export interface MechanismSpec {
  readonly name: "uniform-price";
  /** Where in the interval of clearing prices the price lies, in thousandths; see {@link uniformPrice}. */
  readonly kPerMille: number;
}

/** Makes the mechanism that a spec names. Every mechanism has its line here. */
export function mechanismOf(spec: MechanismSpec): Mechanism {
  switch (spec.name) {
    case "uniform-price":
      return uniformPrice(spec.kPerMille);
  }
}
