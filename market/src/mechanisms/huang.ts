import { wattHours } from "@commonwatt/vpp-core";
import { defineMechanism } from "./define-mechanism.ts";
import type { BookOrder, Mechanism } from "./mechanism.ts";
import { meritOrder } from "./merit-order.ts";
import { type Allocation, energyOf } from "./pair-allocations.ts";
import { tradeInside } from "./trade-reduction.ts";
import { inDrawnOrder } from "./trader-rank.ts";
import { wholeQuotient } from "./whole-quotient.ts";

/**
 * The multi-unit double auction of Huang, Scheller-Wolf and Sycara (2002, Computational Intelligence 18:596).
 *
 * The last bid K and the last offer L that could trade set the prices and do not trade: bids 1 … K−1 pay the
 * limit of bid K, offers 1 … L−1 get that of offer L. On the longer side everyone gives up the same energy,
 * those who have less all they have. What does not divide is given up one Wh each, in a drawn order. The
 * difference of the prices is the operator's. A lie about the price of a trader's one order never pays; one
 * about its energy can. Costs O(n log n).
 */
export function huang(): Mechanism {
  return defineMechanism({
    name: "huang",
    source: "Huang, Scheller-Wolf and Sycara 2002",
    kPerMille: null,
    promises: {
      efficient: false,
      operator: "surplus",
      truthfulFor: "single-orders",
      leavesNoCrossing: false,
      losesOneTradeAtMost: true,
      onePricePerTrade: false,
      needs: "nothing",
    },
    decide: (orders, { seed }) =>
      tradeInside(meritOrder(orders, seed), (side, energyWh) =>
        giveUpEqually(inDrawnOrder(side, seed, "share"), energyOf(side) - energyWh),
      ),
  });
}

/** Takes `gapWh` away from orders, the same from each; the first orders lose what does not divide. */
export function giveUpEqually(
  orders: readonly Pick<BookOrder, "id" | "energyWh">[],
  gapWh: number,
): readonly Allocation[] {
  const rising = orders.map((order) => order.energyWh).sort((a, b) => a - b);
  let leftWh = gapWh;
  let at = 0;
  // Orders up to `at` lose everything: they hold no more than an equal share of what is left to give up.
  for (let energyWh = rising[0]; energyWh !== undefined; energyWh = rising[++at]) {
    if (energyWh * (rising.length - at) > leftWh) break;
    leftWh -= energyWh;
  }
  const cutWh = at === rising.length ? Number.POSITIVE_INFINITY : wholeQuotient(leftWh, rising.length - at);
  let oddWh = at === rising.length ? 0 : leftWh % (rising.length - at);
  const kept: Allocation[] = [];
  for (const { id, energyWh } of orders) {
    if (energyWh <= cutWh) continue;
    const keptWh = energyWh - cutWh - (oddWh > 0 ? 1 : 0);
    oddWh = Math.max(0, oddWh - 1);
    if (keptWh > 0) kept.push({ orderId: id, energyWh: wattHours(keptWh) });
  }
  return kept;
}
