import { priceMicroPerKwh, type Random } from "@commonwatt/vpp-core";
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

/**
 * Zero intelligence plus (Cliff and Bruten 1997, "Minimal-intelligence agents for bargaining behaviors in
 * market-based environments", HPL-97-91): a profit margin that follows the market by the Widrow–Hoff rule.
 *
 * Who hears a price that was taken and is better than its own asks for more; who has not traded yet and hears
 * that its own would not have been good enough asks for less. The target lies up to 5 % beyond the price heard,
 * and by up to a fortieth of its own value, which is to our prices what the paper's five cents are to its own.
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
  limitPrice: (valuation, _, memory) => priceMicroPerKwh(Math.round(priceOf(valuation, memory))),
  hear(valuation, shout, memory, random, isActive) {
    const direction = reaction(valuation, shout, priceOf(valuation, memory), isActive);
    return direction === 0 ? memory : moved(valuation, shout, memory, direction, random);
  },
};

function priceOf({ value }: Valuation, { margin }: ZipMemory): number {
  return value * (1 + margin);
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
  const { value, side } = valuation;
  const price = priceOf(valuation, memory);
  const target =
    shout.price * (1 + direction * random.between(0, 0.05)) + direction * random.between(0, value / 40);
  const momentum =
    memory.momentumShare * memory.momentum +
    (1 - memory.momentumShare) * memory.learningRate * (target - price);
  const margin = value === 0 ? memory.margin : (price + momentum) / value - 1;
  const kept = side === "bid" ? Math.min(0, Math.max(-1, margin)) : Math.max(0, margin);
  return { ...memory, momentum, margin: kept };
}
