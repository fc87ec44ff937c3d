import { priceMicroPerKwh } from "@commonwatt/vpp-core";
import type { Bidder } from "./bidder.ts";

/** Names any price with equal chance, also one at which it loses (ZI-U of Gode and Sunder). */
export const zeroIntelligenceUnconstrained: Bidder<null> = {
  name: "zi-u",
  source: "Gode and Sunder 1993, Journal of Political Economy 101:119",
  begin: () => null,
  limitPrice: (_, { priceMin, priceMax }, __, random) => priceMicroPerKwh(random.integer(priceMin, priceMax)),
  hear: () => null,
};

/**
 * Names any price with equal chance at which it does not lose (ZI-C of Gode and Sunder): a buyer one of up to
 * its value, a seller one from its value on. It knows nothing and learns nothing, so what a market of them
 * achieves is the market's own doing.
 */
export const zeroIntelligenceConstrained: Bidder<null> = {
  name: "zi-c",
  source: "Gode and Sunder 1993, Journal of Political Economy 101:119",
  begin: () => null,
  limitPrice({ side, value }, { priceMin, priceMax }, _, random) {
    const [from, to] =
      side === "bid" ? [Math.min(priceMin, value), value] : [value, Math.max(priceMax, value)];
    return priceMicroPerKwh(random.integer(from, to));
  },
  hear: () => null,
};
