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

/** A side of the auction by price, best first, in arrays that are used again. */
interface LadderArrays extends Ladder {
  readonly ticks: Int32Array;
  readonly quantitiesWh: Float64Array;
  length: number;
}

/**
 * The call auction of {@link clearCall} over arrays: the same price, volume and fills, for any number of orders
 * in two passes. The first adds up each price; the second writes each order's fill by a table that knows of
 * every price whether it is filled or not, and collects the orders at the margin. Its own arrays, 40 bytes per
 * tick and side, are made once.
 */
export class ArrayAuction {
  readonly #ticks: number;
  /** The quantity at each key in Wh: bids by tick, then offers by falling tick, so that both end with their best. */
  readonly #totals: Float64Array;
  /** By the same index: all bits set where the price is filled, none where it is not. */
  readonly #masks: Int32Array;
  readonly #bids: LadderArrays;
  readonly #offers: LadderArrays;

  /** For orders with ticks 0 to `ticks` − 1. */
  constructor(ticks: number) {
    this.#ticks = ticks;
    this.#totals = new Float64Array(2 * ticks);
    this.#masks = new Int32Array(2 * ticks);
    this.#bids = emptyLadder(ticks);
    this.#offers = emptyLadder(ticks);
  }

  /**
   * Clears, and writes into `fillsWh` what each order gets. Throws an AssertionError, and clears nothing, when
   * the arrays differ in length, a tick is out of range or a quantity not above 0.
   */
  clear(orders: OrderArrays, kPerMille: number, seed: number, fillsWh: Int32Array): CallOutcome {
    const { keys, quantitiesWh, sites } = orders;
    assert(quantitiesWh.length === keys.length && sites.length === keys.length, "arrays of equal length");
    assert(fillsWh.length === keys.length, "a fill for every order");
    this.#totals.fill(0);
    addUp(keys, quantitiesWh, this.#ticks, this.#totals);
    listLevels(this.#totals, 0, this.#bids);
    listLevels(this.#totals, this.#ticks, this.#offers);
    const crossing = crossLadders(this.#bids, this.#offers, kPerMille);
    if (crossing === null) {
      fillsWh.fill(0);
      return { tick: null, volumeWh: 0 };
    }
    const { tick, volumeWh, bidTick, bidFilledWh, offerTick, offerFilledWh } = crossing;
    const bidKey = keyOf(0, bidTick);
    const offerKey = keyOf(1, offerTick);
    this.#masks.fill(0);
    this.#masks.fill(-1, bidKey + 1, this.#ticks);
    this.#masks.fill(-1, offerKey + 1 + 2 * this.#ticks, 2 * this.#ticks);
    const margin = fillAll(keys, quantitiesWh, fillsWh, this.#masks, bidKey, offerKey);
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
}

function emptyLadder(ticks: number): LadderArrays {
  return { ticks: new Int32Array(ticks), quantitiesWh: new Float64Array(ticks), length: 0 };
}

function addUp(keys: Int32Array, quantitiesWh: Int32Array, ticks: number, totals: Float64Array): void {
  const count = keys.length;
  let faults = 0;
  for (let i = 0; i < count; i++) {
    const key = keys[i] as number;
    const quantityWh = quantitiesWh[i] as number;
    // Negative when the tick is out of range or the quantity is not above 0.
    faults |= (key + ticks) | (ticks - 1 - key) | (quantityWh - 1);
    const index = key + ((key >> 31) & (2 * ticks));
    totals[index] = (totals[index] as number) + quantityWh;
  }
  assert(faults >= 0, "every tick within the range and every quantity above 0");
}

/** Lists the levels of the side whose totals begin at `from`, best first. */
function listLevels(totals: Float64Array, from: number, ladder: LadderArrays): void {
  const { ticks, quantitiesWh } = ladder;
  const count = ticks.length;
  let length = 0;
  for (let at = from + count - 1; at >= from; at--) {
    const quantityWh = totals[at] as number;
    if (quantityWh === 0) continue;
    ticks[length] = from === 0 ? at : 2 * count - 1 - at;
    quantitiesWh[length++] = quantityWh;
  }
  ladder.length = length;
}

/** Fills every order that is better than the margin of its side; answers the indices of those at a margin. */
function fillAll(
  keys: Int32Array,
  quantitiesWh: Int32Array,
  fillsWh: Int32Array,
  masks: Int32Array,
  bidKey: number,
  offerKey: number,
): number[] {
  const margin: number[] = [];
  const count = keys.length;
  const span = masks.length;
  for (let i = 0; i < count; i++) {
    const key = keys[i] as number;
    fillsWh[i] = (quantitiesWh[i] as number) & (masks[key + ((key >> 31) & span)] as number);
    if (key === bidKey || key === offerKey) margin.push(i);
  }
  return margin;
}
