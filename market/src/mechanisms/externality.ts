import { amountOf, type PriceMicroPerKwh, wattHours } from "@commonwatt/vpp-core";
import type { BookOrder } from "./mechanism.ts";
import type { Allocation } from "./pair-allocations.ts";

/** Some energy at one limit. */
export interface Step {
  readonly limitPrice: PriceMicroPerKwh;
  readonly energyWh: number;
}

/** What the best orders leave unfilled, best first, without what is of `trader`. */
export function* leftUnfilled(
  orders: readonly BookOrder[],
  filled: readonly Allocation[],
  trader: BookOrder["trader"],
): Generator<Step> {
  for (let at = Math.max(0, filled.length - 1); at < orders.length; at++) {
    const order = orders[at];
    if (order === undefined || order.trader === trader) continue;
    const energyWh = order.energyWh - (filled[at]?.energyWh ?? 0);
    if (energyWh > 0) yield { limitPrice: order.limitPrice, energyWh };
  }
}

/** The worst `energyWh` of what is filled, best first. */
export function* worstFilled(
  orders: readonly BookOrder[],
  filled: readonly Allocation[],
  energyWh: number,
): Generator<Step> {
  let from = filled.length;
  let spareWh = -energyWh;
  while (spareWh < 0 && from > 0) spareWh += filled[--from]?.energyWh ?? 0;
  for (let at = from; at < filled.length; at++) {
    const order = orders[at];
    const held = (filled[at]?.energyWh ?? 0) - (at === from ? spareWh : 0);
    if (order !== undefined) yield { limitPrice: order.limitPrice, energyWh: held };
  }
}

/**
 * What a trader's coming is worth to the others, in nano: each Wh it trades takes the place of the best Wh
 * left unfilled on its side, or makes the worst partner on the other side trade when that is the better of
 * the two. A buyer pays the higher of the two limits for it, a seller gets the lower one. Steps come best first.
 */
export function externality(
  side: BookOrder["side"],
  partners: Iterable<Step>,
  replacements: Iterator<Step>,
): bigint {
  let total = 0n;
  let next = replacements.next();
  let replacedWh = 0;
  for (const partner of partners) {
    for (let leftWh = partner.energyWh; leftWh > 0; ) {
      const rival = next.done === true ? null : next.value;
      const energyWh = rival === null ? leftWh : Math.min(leftWh, rival.energyWh - replacedWh);
      total += amountOf(wattHours(energyWh), dearer(side, partner, rival));
      leftWh -= energyWh;
      replacedWh += energyWh;
      if (rival !== null && replacedWh === rival.energyWh) {
        next = replacements.next();
        replacedWh = 0;
      }
    }
  }
  return total;
}

function dearer(side: BookOrder["side"], partner: Step, rival: Step | null): PriceMicroPerKwh {
  if (rival === null) return partner.limitPrice;
  const rivalIsHigher = rival.limitPrice > partner.limitPrice;
  return (side === "bid" ? rivalIsHigher : !rivalIsHigher) ? rival.limitPrice : partner.limitPrice;
}
