import { priceMicroPerKwh } from "@commonwatt/vpp-core";
import type { Bidder } from "./bidder.ts";

/**
 * Begins at the price it would like best and goes to what the energy is worth to it in a straight line until
 * the gate closes: a buyer up from the lowest price, a seller down from the highest (the default of Grid
 * Singularity's energy traders).
 */
export const linearRamp: Bidder<null> = {
  name: "linear-ramp",
  source: "Grid Singularity, gsy-e",
  begin: () => null,
  limitPrice({ side, value }, { priceMin, priceMax, progress }) {
    const from = side === "bid" ? Math.min(priceMin, value) : Math.max(priceMax, value);
    const part = Math.min(1, Math.max(0, progress));
    return priceMicroPerKwh(from + Math.round((value - from) * part));
  },
  hear: () => null,
};
