import { linearRamp as rampBidder } from "@commonwatt/market";
import { namedPrices } from "./named-prices.ts";
import type { Strategy } from "./strategy.ts";

/** So many intervals without a trade bring a home from the price it likes best to what the energy is worth. */
const RAMP_INTERVALS = 4;

/**
 * A price that goes in a straight line from the best to what the energy is worth, as long as nobody takes it
 * (Grid Singularity's energy traders). An interval has one auction, so the line goes over intervals: it
 * begins anew after a trade.
 */
export const linearRamp: Strategy = namedPrices("linear-ramp", rampBidder, (misses) =>
  Math.min(1, misses / RAMP_INTERVALS),
);
