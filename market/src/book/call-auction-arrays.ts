import assert from "node:assert/strict";
import type { CallOutcome } from "./call-auction.ts";
import { crossLadders, type Ladder } from "./clearing-price.ts";
import { keyOf } from "./layout.ts";
import { rationMargin } from "./marginal-rationing.ts";

/** Orders of one call auction, as arrays of equal length. */
export interface OrderArrays {
  /** Side and tick of each order, see `keyOf`. */
  readonly keys: Int32Array;
  /** In Wh, above 0. */
  readonly quantitiesWh: Int32Array;
  /** The site's number, for the draw at the margin. */
  readonly sites: Int32Array;
}

/**
 * The call auction of {@link clearCall} over arrays: the same price, volume and fills, for any number of orders
 * in two passes. The first adds up each price; the second writes each order's fill into `fillsWh` by a table
 * that knows of every price whether it is filled, not filled or marginal. Needs 16 bytes per tick.
 * Throws an AssertionError when an order's tick is not within 0 to `ticks` − 1 or its quantity not above 0.
 */
export function clearArrays(
  orders: OrderArrays,
  ticks: number,
  kPerMille: number,
  seed: number,
  fillsWh: Int32Array,
): CallOutcome {
  const { keys, quantitiesWh, sites } = orders;
  assert(quantitiesWh.length === keys.length && sites.length === keys.length, "arrays of equal length");
  assert(fillsWh.length === keys.length, "a fill for every order");
  const totals = addUp(keys, quantitiesWh, ticks);
  const crossing = crossLadders(ladderOf(totals, 0, ticks), ladderOf(totals, ticks, ticks), kPerMille);
  if (crossing === null) {
    fillsWh.fill(0);
    return { tick: null, volumeWh: 0 };
  }
  const { tick, volumeWh, bidTick, bidFilledWh, offerTick, offerFilledWh } = crossing;
  const bidKey = keyOf(0, bidTick);
  const offerKey = keyOf(1, offerTick);
  const margin = fillAll(keys, quantitiesWh, fillsWh, ticks, bidKey, offerKey);
  for (const [key, filledWh] of [
    [bidKey, bidFilledWh],
    [offerKey, offerFilledWh],
  ] as const) {
    const at = margin.filter((i) => keys[i] === key);
    const shares = rationMargin(
      Int32Array.from(at, (i) => quantitiesWh[i] as number),
      Int32Array.from(at, (i) => sites[i] as number),
      filledWh,
      seed,
    );
    for (const [n, i] of at.entries()) fillsWh[i] = shares[n] as number;
  }
  return { tick, volumeWh };
}

/** The quantity at each key in Wh: bids by tick, then offers by falling tick, so that both sides end with their best. */
function addUp(keys: Int32Array, quantitiesWh: Int32Array, ticks: number): Float64Array {
  const totals = new Float64Array(2 * ticks);
  let faults = 0;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as number;
    const quantityWh = quantitiesWh[i] as number;
    // Negative when the tick is out of range or the quantity is not above 0.
    faults |= (key + ticks) | (ticks - 1 - key) | (quantityWh - 1);
    const index = key + ((key >> 31) & (2 * ticks));
    totals[index] = (totals[index] as number) + quantityWh;
  }
  assert(faults >= 0, "every tick within the range and every quantity above 0");
  return totals;
}

/** The levels of one side, best first. */
function ladderOf(totals: Float64Array, from: number, ticks: number): Ladder {
  const levelTicks = new Int32Array(ticks);
  const quantitiesWh = new Float64Array(ticks);
  let length = 0;
  for (let at = from + ticks - 1; at >= from; at--) {
    const quantityWh = totals[at] as number;
    if (quantityWh === 0) continue;
    levelTicks[length] = from === 0 ? at : 2 * ticks - 1 - at;
    quantitiesWh[length++] = quantityWh;
  }
  return { ticks: levelTicks, quantitiesWh, length };
}

/** Fills every order that is better than the margin of its side; answers the indices of those at a margin. */
function fillAll(
  keys: Int32Array,
  quantitiesWh: Int32Array,
  fillsWh: Int32Array,
  ticks: number,
  bidKey: number,
  offerKey: number,
): number[] {
  // All bits set where the price is filled, none where it is not.
  const masks = new Int32Array(2 * ticks);
  masks.fill(-1, bidKey + 1, ticks);
  masks.fill(-1, offerKey + 1 + 2 * ticks, 2 * ticks);
  const margin: number[] = [];
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as number;
    fillsWh[i] = (quantitiesWh[i] as number) & (masks[key + ((key >> 31) & (2 * ticks))] as number);
    if (key === bidKey || key === offerKey) margin.push(i);
  }
  return margin;
}
