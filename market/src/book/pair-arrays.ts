import assert from "node:assert/strict";

/** Pairs of a walk along two sides, in memory that is used again. */
export interface PairColumns {
  /** How many there are. */
  count: number;
  /** Places in the two lists that were walked. */
  readonly bidAt: Int32Array;
  readonly offerAt: Int32Array;
  readonly energyWh: Float64Array;
}

/** Room for so many pairs; a walk makes at most `bids + offers − 1`. */
export function createPairs(pairsMax: number): PairColumns {
  return {
    count: 0,
    bidAt: new Int32Array(pairsMax),
    offerAt: new Int32Array(pairsMax),
    energyWh: new Float64Array(pairsMax),
  };
}

/**
 * Walks the first `bids` of one list of energies and the first `offers` of the other side by side: each step
 * pairs what the two at hand still have in common. All must be above 0. Throws an AssertionError unless both sides
 * hold the same energy.
 */
export function walkPairs(
  bidWh: Float64Array,
  bids: number,
  offerWh: Float64Array,
  offers: number,
  pairs: PairColumns,
): void {
  const { bidAt, offerAt, energyWh } = pairs;
  let count = 0;
  let offer = 0;
  let offeredWh = offers > 0 ? (offerWh[0] as number) : 0;
  for (let bid = 0; bid < bids; bid++) {
    for (let wantedWh = bidWh[bid] as number; wantedWh > 0; ) {
      if (offer >= offers) assert.fail("more bid than offered");
      const pairedWh = Math.min(wantedWh, offeredWh);
      bidAt[count] = bid;
      offerAt[count] = offer;
      energyWh[count++] = pairedWh;
      wantedWh -= pairedWh;
      offeredWh -= pairedWh;
      if (offeredWh === 0) offeredWh = ++offer < offers ? (offerWh[offer] as number) : 0;
    }
  }
  assert(offer === offers, "more offered than bid");
  pairs.count = count;
}
