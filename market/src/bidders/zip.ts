import { type PriceMicroPerKwh, priceMicroPerKwh, type Random } from "@commonwatt/vpp-core";
import type { Bidder, Shout, Valuation } from "./bidder.ts";

/** What a ZIP trader knows. */
export interface ZipMemory {
  /** How far its price lies from its value, as a share of it: from 0 up for sellers, from −1 to 0 for buyers. */
  readonly margin: number;
  /** What is left of earlier changes of the price, in micro per kWh. */
  readonly momentum: number;
  readonly learningRate: number;
  readonly momentumShare: number;
}

/** The paper's five cents, at prices around two dollars; here half a cent, at prices around 0.20 per kWh. */
const ABSOLUTE_STEP_MAX = 5_000;

/**
 * Zero intelligence plus (Cliff and Bruten 1997, "Minimal-intelligence agents for bargaining behaviors in
 * market-based environments", HPL-97-91): a profit margin that follows the market by the Widrow–Hoff rule.
 *
 * Taken from the paper: who raises and who lowers their margin on which shout; a price of `value·(1 + margin)`;
 * margins that begin at 5 to 35 %, learning rates β of 0.1 to 0.5 and momenta γ of 0 to 0.1, drawn for each
 * trader; targets `R·price + A` with R up to 5 % and A up to five cents beyond the price heard; the step
 * `Γ ← γ·Γ + (1 − γ)·β·(target − price)`. Ours: whole micros (a trader compares what it hears with the price it
 * named, else it would not know its own shout and stand still), and a seller whose energy is worth nothing to
 * it counts its margin on one micro, for a share of nothing is never more than nothing.
 */
export const zip: Bidder<ZipMemory> = {
  name: "zip",
  source: "Cliff and Bruten 1997, HPL-97-91",
  begin({ side }, random) {
    const margin = random.between(0.05, 0.35);
    return {
      margin: side === "bid" ? -margin : margin,
      momentum: 0,
      learningRate: random.between(0.1, 0.5),
      momentumShare: random.between(0, 0.1),
    };
  },
  limitPrice: (valuation, _, memory) => namedPrice(valuation, memory),
  hear(valuation, shout, memory, random, isActive) {
    const direction = reaction(valuation, shout, namedPrice(valuation, memory), isActive);
    return direction === 0 ? memory : moved(valuation, shout, memory, direction, random);
  },
};

/** What a margin is a share of. */
function marginBase({ side, value }: Valuation): number {
  return side === "bid" ? value : Math.max(1, value);
}

function priceOf(valuation: Valuation, { margin }: ZipMemory): number {
  return marginBase(valuation) * (1 + margin);
}

/** The price as others hear it. */
function namedPrice(valuation: Valuation, memory: ZipMemory): PriceMicroPerKwh {
  return priceMicroPerKwh(Math.round(priceOf(valuation, memory)));
}

/** +1 to move its price up, −1 down, 0 to stay. */
function reaction({ side }: Valuation, shout: Shout, price: number, isActive: boolean): -1 | 0 | 1 {
  const isBuyer = side === "bid";
  const couldHaveTraded = isBuyer ? price >= shout.price : price <= shout.price;
  const couldNotHave = isBuyer ? price <= shout.price : price >= shout.price;
  // A trade tells both sides what is possible; an order that nobody took tells its own side to do better.
  if (shout.isTraded && couldHaveTraded) return isBuyer ? -1 : 1;
  const isRival = shout.isTraded ? shout.side !== side : shout.side === side;
  if (isActive && isRival && couldNotHave) return isBuyer ? 1 : -1;
  return 0;
}

function moved(
  valuation: Valuation,
  shout: Shout,
  memory: ZipMemory,
  direction: -1 | 1,
  random: Random,
): ZipMemory {
  const price = priceOf(valuation, memory);
  const relative = random.between(0, 0.05);
  const absolute = random.between(0, ABSOLUTE_STEP_MAX);
  const target = shout.price * (1 + direction * relative) + direction * absolute;
  const momentum =
    memory.momentumShare * memory.momentum +
    (1 - memory.momentumShare) * memory.learningRate * (target - price);
  const base = marginBase(valuation);
  const margin = base === 0 ? memory.margin : (price + momentum) / base - 1;
  const kept = valuation.side === "bid" ? Math.min(0, Math.max(-1, margin)) : Math.max(0, margin);
  return { ...memory, momentum, margin: kept };
}
