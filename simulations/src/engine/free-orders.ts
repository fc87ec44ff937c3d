import { sideOf } from "@commonwatt/market";
import type { IntervalOrders } from "./interval-orders.ts";
import type { Outlook } from "./market-run.ts";
import type { OrderColumns } from "./place-quotes.ts";

/** Orders in pieces: such as change what flows, and such as do not. */
export interface FreeOrders extends OrderColumns {
  readonly count: number;
  /** Whether a piece changes what flows when it is filled. */
  readonly isFree: readonly boolean[];
}

/**
 * Parts orders into pieces. The first that a home asks for or offers is what it takes or gives anyway; what follows,
 * up to what it can do beside that, is free; what it could not deliver at all changes nothing either. A home's
 * orders follow each other, the best for the market first.
 */
export function freeOrders(
  { keys, quantitiesWh, sites, count }: IntervalOrders,
  anywayWh: Float64Array,
  outlook: Outlook,
): FreeOrders {
  const pieces: { key: number; energyWh: number; home: number; isFree: boolean }[] = [];
  for (let from = 0; from < count; ) {
    const home = sites[from] as number;
    let end = from;
    let askedWh = 0;
    while (end < count && sites[end] === home) askedWh += quantitiesWh[end++] as number;
    const sign = sideOf(keys[from] as number) === 0 ? 1 : -1;
    const flowsWh = anywayWh[home] as number;
    const ownWh = Math.min(askedWh, Math.max(0, Math.trunc(sign * flowsWh)));
    const reachWh =
      sign * (outlook.expectedWh(home, -Math.trunc(flowsWh) - sign * (askedWh - ownWh)) - flowsWh);
    const freeWh = Math.min(askedWh - ownWh, Math.max(0, Math.trunc(reachWh)));
    let [doneWh, at] = [0, from];
    for (; at < end; at++) {
      for (let leftWh = quantitiesWh[at] as number; leftWh > 0; ) {
        const isFree = doneWh >= ownWh && doneWh < ownWh + freeWh;
        const stageEndWh = doneWh < ownWh ? ownWh : isFree ? ownWh + freeWh : Number.POSITIVE_INFINITY;
        const energyWh = Math.min(leftWh, stageEndWh - doneWh);
        pieces.push({ key: keys[at] as number, energyWh, home, isFree });
        doneWh += energyWh;
        leftWh -= energyWh;
      }
    }
    from = end;
  }
  return {
    count: pieces.length,
    keys: Int32Array.from(pieces, ({ key }) => key),
    quantitiesWh: Int32Array.from(pieces, ({ energyWh }) => energyWh),
    sites: Int32Array.from(pieces, ({ home }) => home),
    isFree: pieces.map(({ isFree }) => isFree),
  };
}
