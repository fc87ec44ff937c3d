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
  return orders.toSorted(byDraw(seed, purpose));
}

/** Compares orders by the draw of their traders; those of one trader by limit, the best first, then by id. */
export function byDraw(seed: string, purpose: string): (left: BookOrder, right: BookOrder) => number {
  const drawOf = traderDraw(seed, purpose);
  return (left, right) =>
    drawOf(left) - drawOf(right) ||
    compareTexts(left.trader, right.trader) ||
    byLimit(left, right) ||
    compareTexts(left.id, right.id);
}

/** Compares orders of one side by their limit, the best first: high bids, low offers. */
export function byLimit(left: BookOrder, right: BookOrder): number {
  return left.side === "bid" ? right.limitPrice - left.limitPrice : left.limitPrice - right.limitPrice;
}
