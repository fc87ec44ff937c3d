import assert from "node:assert/strict";
import { connectionEnergyWh, intervalLength } from "@commonwatt/vpp-core";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";

/** What the connection of each home can move in an interval, by home, in whole Wh. */
export interface ConnectionRoom {
  readonly importMaxWh: Float64Array;
  readonly exportMaxWh: Float64Array;
}

/**
 * Quotes of one interval, as columns that are used again: no object per quote. A home's quotes come one after the other,
 * all on one side and the best first; what its connection cannot move is cut off, for a live market would refuse it.
 */
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

  readonly #room: ConnectionRoom | null;
  /** Who quoted last, and what that home can move beside its quotes so far. */
  #home = -1;
  #leftWh = Number.POSITIVE_INFINITY;

  /** @param room - without it, connections have no limits. */
  constructor(room: ConnectionRoom | null = null) {
    this.#room = room;
  }

  /** Adds a quote; one of no energy is none. */
  add(home: number, side: 0 | 1, energyWh: number, limitPrice: number): void {
    if (energyWh === 0) return;
    if (!(energyWh > 0)) assert.fail(`a quote is of energy above 0, not of ${energyWh}`);
    if (home !== this.#home) this.#begin(home, side);
    const placedWh = Math.min(energyWh, this.#leftWh);
    if (placedWh === 0) return;
    this.#leftWh -= placedWh;
    if (this.count === this.homes.length) this.#grow();
    const at = this.count++;
    this.homes[at] = home;
    this.sides[at] = side;
    this.energyWh[at] = placedWh;
    this.limitPrices[at] = limitPrice;
  }

  clear(): void {
    this.count = 0;
    this.#home = -1;
  }

  #begin(home: number, side: 0 | 1): void {
    this.#home = home;
    if (this.#room === null) return;
    const { importMaxWh, exportMaxWh } = this.#room;
    this.#leftWh = (side === 0 ? importMaxWh : exportMaxWh)[home] as number;
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

/** The room of all connections of a neighbourhood. */
export function connectionRoom({
  importPowerMaxW,
  exportPowerMaxW,
  intervalMinutes,
}: Pick<Neighbourhood, "importPowerMaxW" | "exportPowerMaxW" | "intervalMinutes">): ConnectionRoom {
  const energies = (powersW: Int32Array): Float64Array =>
    Float64Array.from(powersW, (powerW) => connectionEnergyWh(powerW, intervalLength(intervalMinutes)));
  return { importMaxWh: energies(importPowerMaxW), exportMaxWh: energies(exportPowerMaxW) };
}
