import type { Strategy } from "./strategy.ts";

/** Trades nothing: the battery follows its own house, and the rest is the retailer's. What trading is measured by. */
export const none: Strategy = {
  name: "none",
  begin: () => ({ quote: () => {} }),
};
