import assert from "node:assert/strict";
import { createPairs, type PairColumns, walkPairs } from "./pair-arrays.ts";

/** The filled orders of one side in the order in which they are paired. */
interface FilledSide {
  count: number;
  /** Which order it is. */
  orders: Int32Array;
  filledWh: Float64Array;
}

/**
 * Who trades with whom in a call auction at one price: bids by falling limit, offers by rising limit, walked side
 * by side. Equal limits stand by their site, those of one site by falling energy, and only what cannot be told
 * apart otherwise in the order given. So which energy goes from whom to whom depends neither on who came first nor
 * on how orders are named. Sorts by counting; its arrays grow with the largest auction and are used again.
 */
export class CallPairing {
  readonly #ticks: number;
  /** Where the next order of each tick goes: bids by falling tick, then offers by rising tick. */
  readonly #places: Int32Array;
  readonly #bids: FilledSide = { count: 0, orders: new Int32Array(0), filledWh: new Float64Array(0) };
  readonly #offers: FilledSide = { count: 0, orders: new Int32Array(0), filledWh: new Float64Array(0) };
  #pairs: PairColumns = createPairs(0);

  /** For orders with ticks 0 to `ticks` − 1. */
  constructor(ticks: number) {
    this.#ticks = ticks;
    this.#places = new Int32Array(2 * ticks + 1);
  }

  /**
   * Pairs what the first `count` orders got: by side and tick (see `keyOf`), Wh and site, sites never falling.
   * The answer holds until the next call; `bidAt` and `offerAt` are places among the orders given. Throws an
   * AssertionError when a tick is out of range, sites fall, or the sides differ in energy.
   */
  pair(keys: Int32Array, fillsWh: Int32Array, sites: Int32Array, count: number): PairColumns {
    this.#reserve(count);
    this.#sort(keys, fillsWh, count);
    const [bids, offers, pairs] = [this.#bids, this.#offers, this.#pairs];
    byFallingFill(bids, keys, sites);
    byFallingFill(offers, keys, sites);
    walkPairs(bids.filledWh, bids.count, offers.filledWh, offers.count, pairs);
    const { bidAt, offerAt } = pairs;
    for (let at = 0; at < pairs.count; at++) {
      bidAt[at] = bids.orders[bidAt[at] as number] as number;
      offerAt[at] = offers.orders[offerAt[at] as number] as number;
    }
    return pairs;
  }

  /** Lists the filled orders of each side by merit; those of one tick in the order given. */
  #sort(keys: Int32Array, fillsWh: Int32Array, count: number): void {
    const [ticks, places] = [this.#ticks, this.#places];
    places.fill(0);
    for (let order = 0; order < count; order++) {
      if (fillsWh[order] === 0) continue;
      const at = placeOf(keys[order] as number, ticks);
      if (!(at >= 0 && at < 2 * ticks)) assert.fail("every tick within the range");
      places[at + 1] = (places[at + 1] as number) + 1;
    }
    for (let at = 1; at <= 2 * ticks; at++) places[at] = (places[at] as number) + (places[at - 1] as number);
    const [bids, offers] = [this.#bids, this.#offers];
    bids.count = places[ticks] as number;
    offers.count = (places[2 * ticks] as number) - bids.count;
    for (let order = 0; order < count; order++) {
      const filledWh = fillsWh[order] as number;
      if (filledWh === 0) continue;
      const at = placeOf(keys[order] as number, ticks);
      const place = places[at] as number;
      places[at] = place + 1;
      if (at < ticks) {
        bids.orders[place] = order;
        bids.filledWh[place] = filledWh;
      } else {
        offers.orders[place - bids.count] = order;
        offers.filledWh[place - bids.count] = filledWh;
      }
    }
  }

  #reserve(count: number): void {
    if (count <= this.#bids.orders.length) return;
    for (const side of [this.#bids, this.#offers]) {
      side.orders = new Int32Array(2 * count);
      side.filledWh = new Float64Array(2 * count);
    }
    this.#pairs = createPairs(2 * count);
  }
}

/** Bids by falling tick before offers by rising tick. */
function placeOf(key: number, ticks: number): number {
  return key >= 0 ? ticks - 1 - key : ticks + ~key;
}

/** Puts what one site got at one tick by falling energy; the sites of a tick must not fall. */
function byFallingFill({ count, orders, filledWh }: FilledSide, keys: Int32Array, sites: Int32Array): void {
  for (let at = 1; at < count; at++) {
    const order = orders[at] as number;
    const before = orders[at - 1] as number;
    if (keys[order] !== keys[before]) continue;
    const site = sites[order] as number;
    if (site < (sites[before] as number)) assert.fail("orders by rising site");
    if (site !== sites[before]) continue;
    const energyWh = filledWh[at] as number;
    let to = at;
    while (
      to > 0 &&
      isOfOneSite(orders[to - 1] as number, order, keys, sites) &&
      (filledWh[to - 1] as number) < energyWh
    ) {
      orders[to] = orders[to - 1] as number;
      filledWh[to] = filledWh[to - 1] as number;
      to -= 1;
    }
    orders[to] = order;
    filledWh[to] = energyWh;
  }
}

function isOfOneSite(other: number, order: number, keys: Int32Array, sites: Int32Array): boolean {
  return keys[other] === keys[order] && sites[other] === sites[order];
}
