import assert from "node:assert/strict";

/** Quotes of one interval, as columns that are used again: no object per quote. */
export class QuoteSheet {
  /** How many there are. */
  count = 0;
  /** The home of each. */
  homes: Int32Array = new Int32Array(256);
  /** 0: bid, 1: offer. */
  sides: Uint8Array = new Uint8Array(256);
  /** Above 0. */
  energyWh: Int32Array = new Int32Array(256);
  /** In micro per kWh. */
  limitPrices: Int32Array = new Int32Array(256);

  /** Adds a quote; one of no energy is none. */
  add(home: number, side: 0 | 1, energyWh: number, limitPrice: number): void {
    if (energyWh === 0) return;
    if (!(energyWh > 0)) assert.fail(`a quote is of energy above 0, not of ${energyWh}`);
    if (this.count === this.homes.length) this.#grow();
    const at = this.count++;
    this.homes[at] = home;
    this.sides[at] = side;
    this.energyWh[at] = energyWh;
    this.limitPrices[at] = limitPrice;
  }

  clear(): void {
    this.count = 0;
  }

  #grow(): void {
    const larger = <Column extends Int32Array | Uint8Array>(column: Column): Column => {
      const grown = new (column.constructor as new (length: number) => Column)(column.length * 2);
      grown.set(column);
      return grown;
    };
    this.homes = larger(this.homes);
    this.sides = larger(this.sides);
    this.energyWh = larger(this.energyWh);
    this.limitPrices = larger(this.limitPrices);
  }
}
