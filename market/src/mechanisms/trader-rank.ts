import { seededRandom } from "@commonwatt/vpp-core";
import type { BookOrder } from "./mechanism.ts";

/** Compares texts by their code units, the same on every machine. */
export function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/**
 * Draws a number in [0, 1) for each trader, for one purpose. It follows from the seed, the purpose and the
 * trader's name alone: neither what a trader asks for nor who else is there can change it.
 */
export function traderDraw(seed: string, purpose: string): (order: BookOrder) => number {
  const drawn = new Map<string, number>();
  return ({ trader }) => {
    const known = drawn.get(trader);
    if (known !== undefined) return known;
    const draw = seededRandom(`${seed}/${purpose}/${trader}`).next();
    drawn.set(trader, draw);
    return draw;
  };
}

/** Puts orders in a drawn order of their traders; those of one trader stay together, best limit first. */
export function inDrawnOrder(
  orders: readonly BookOrder[],
  seed: string,
  purpose: string,
): readonly BookOrder[] {
  const drawOf = traderDraw(seed, purpose);
  return orders
    .map((order) => ({ order, draw: drawOf(order) }))
    .sort((left, right) => left.draw - right.draw || byTrader(left.order, right.order))
    .map(({ order }) => order);
}

/** Compares orders of one side by their limit, the best first; equal limits by the draw of their traders. */
export function byMerit(seed: string): (left: BookOrder, right: BookOrder) => number {
  const drawOf = traderDraw(seed, "tie");
  return (left, right) => byLimit(left, right) || drawOf(left) - drawOf(right) || byTrader(left, right);
}

/** Compares orders of one side by their limit, the best first: high bids, low offers. */
export function byLimit(left: BookOrder, right: BookOrder): number {
  return left.side === "bid" ? right.limitPrice - left.limitPrice : left.limitPrice - right.limitPrice;
}

function byTrader(left: BookOrder, right: BookOrder): number {
  return compareTexts(left.trader, right.trader) || byLimit(left, right) || bySize(left, right);
}

/** Compares orders of one trader and limit by falling energy, and only what is the same in all that by its id. */
export function bySize(left: BookOrder, right: BookOrder): number {
  return right.energyWh - left.energyWh || compareTexts(left.id, right.id);
}
