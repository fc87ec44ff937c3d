import assert from "node:assert/strict";
import type { CallOutcome } from "./call-auction.ts";
import { crossLadders, type Ladder } from "./clearing-price.ts";
import { keyOf } from "./layout.ts";
import { createRationing, type Rationing, ration } from "./marginal-rationing.ts";

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

/** The orders at the margin of a side, in arrays that are used again. */
interface MarginArrays {
  count: number;
  /** Which order it is. */
  readonly orders: Int32Array;
  readonly quantitiesWh: Int32Array;
  readonly sites: Int32Array;
  readonly sharesWh: Int32Array;
  readonly room: Rationing;
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
  /** As long as the largest auction so far, twice over. */
  #bidMargin: MarginArrays = emptyMargin(0);
  #offerMargin: MarginArrays = emptyMargin(0);

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
    if (keys.length > this.#bidMargin.orders.length) {
      this.#bidMargin = emptyMargin(2 * keys.length);
      this.#offerMargin = emptyMargin(2 * keys.length);
    }
    const [bidMargin, offerMargin] = [this.#bidMargin, this.#offerMargin];
    bidMargin.count = 0;
    offerMargin.count = 0;
    fillAll(orders, fillsWh, this.#masks, bidKey, bidMargin, offerKey, offerMargin);
    fillMargin(bidMargin, bidFilledWh, seed, fillsWh);
    fillMargin(offerMargin, offerFilledWh, seed, fillsWh);
    return { tick, volumeWh };
  }
}

function emptyLadder(ticks: number): LadderArrays {
  return { ticks: new Int32Array(ticks), quantitiesWh: new Float64Array(ticks), length: 0 };
}

function emptyMargin(ordersMax: number): MarginArrays {
  const column = (): Int32Array => new Int32Array(ordersMax);
  return {
    count: 0,
    orders: column(),
    quantitiesWh: column(),
    sites: column(),
    sharesWh: column(),
    room: createRationing(ordersMax),
  };
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

/** Fills every order that is better than the margin of its side, and lists those at a margin. */
function fillAll(
  { keys, quantitiesWh, sites }: OrderArrays,
  fillsWh: Int32Array,
  masks: Int32Array,
  bidKey: number,
  bidMargin: MarginArrays,
  offerKey: number,
  offerMargin: MarginArrays,
): void {
  const count = keys.length;
  const span = masks.length;
  for (let i = 0; i < count; i++) {
    const key = keys[i] as number;
    const quantityWh = quantitiesWh[i] as number;
    fillsWh[i] = quantityWh & (masks[key + ((key >> 31) & span)] as number);
    if (key !== bidKey && key !== offerKey) continue;
    const margin = key === bidKey ? bidMargin : offerMargin;
    const at = margin.count++;
    margin.orders[at] = i;
    margin.quantitiesWh[at] = quantityWh;
    margin.sites[at] = sites[i] as number;
  }
}

function fillMargin(
  { count, orders, quantitiesWh, sites, sharesWh, room }: MarginArrays,
  filledWh: number,
  seed: number,
  fillsWh: Int32Array,
): void {
  ration(quantitiesWh, sites, count, filledWh, seed, sharesWh, room);
  for (let at = 0; at < count; at++) fillsWh[orders[at] as number] = sharesWh[at] as number;
}
