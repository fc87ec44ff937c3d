import type { Bidder } from "./bidder.ts";

/**
 * Names what the energy is worth. With a block for each marginal value it is the bidder for whom a truthful
 * mechanism is made.
 */
export const truthful: Bidder<null> = {
  name: "truthful",
  source: "Vickrey 1961",
  begin: () => null,
  limitPrice: ({ value }) => value,
  hear: () => null,
};
