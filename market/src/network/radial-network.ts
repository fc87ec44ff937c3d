import assert from "node:assert/strict";
import { divCeil, type PriceMicroPerKwh, type WattHours, wattHours } from "@commonwatt/vpp-core";

/** A line, cable or transformer between two zones. */
export interface NetworkLine {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** The most energy that may enter it within one delivery interval: in either direction, or from `from` to `to`. */
  readonly capacityWh: WattHours;
  /** From `to` to `from`, where that is not the same: as much as is still free beside what flows anyway. */
  readonly backCapacityWh?: WattHours;
  /** What the grid charges for energy that enters it. */
  readonly feePrice: PriceMicroPerKwh;
  /** How much of what enters does not arrive, in parts per million. */
  readonly lossPpm: number;
}

/**
 * Zones, within which energy moves freely (a feeder, the homes behind a transformer), and the lines between
 * them. Distribution grids are run without rings, so the lines must form trees: then what flows where follows
 * from who trades what, and no law of physics is left out but reactive power and voltage.
 */
export interface RadialNetwork {
  readonly zones: readonly string[];
  readonly lines: readonly NetworkLine[];
}

const MILLION = 1_000_000;

/** The most energy that may enter a line at its end `from`, one of the two. */
export function capacityFrom(line: NetworkLine, from: string): WattHours {
  return from === line.from ? line.capacityWh : (line.backCapacityWh ?? line.capacityWh);
}

/** Throws an AssertionError for a network that is none: unknown or repeated names, a ring, a limit below zero. */
export function checkNetwork({ zones, lines }: RadialNetwork): void {
  assert(new Set(zones).size === zones.length, "two zones have the same name");
  assert(new Set(lines.map(({ id }) => id)).size === lines.length, "two lines have the same id");
  const rootOf = new Map(zones.map((zone) => [zone, zone]));
  const find = (zone: string): string => {
    const above = rootOf.get(zone);
    assert(above !== undefined, `no zone is called ${zone}`);
    return above === zone ? zone : find(above);
  };
  for (const { id, from, to, capacityWh, backCapacityWh = capacityWh, feePrice, lossPpm } of lines) {
    const [left, right] = [find(from), find(to)];
    assert(left !== right, `line ${id} closes a ring`);
    rootOf.set(left, right);
    for (const mostWh of [capacityWh, backCapacityWh]) {
      assert(Number.isSafeInteger(mostWh) && mostWh >= 0, `line ${id} needs a capacity of at least 0 Wh`);
    }
    assert(Number.isSafeInteger(feePrice) && feePrice >= 0, `line ${id} needs a fee of at least 0`);
    assert(
      Number.isInteger(lossPpm) && lossPpm >= 0 && lossPpm < MILLION,
      `line ${id} loses between 0 and 999 999 parts per million`,
    );
  }
}

/** What arrives of energy that enters a line; a loss is rounded up to whole Wh. */
export function deliveredWh({ lossPpm }: NetworkLine, sentWh: number): WattHours {
  return wattHours(sentWh - Number(divCeil(BigInt(sentWh) * BigInt(lossPpm), BigInt(MILLION))));
}

/** The least energy that has to enter a line for `deliveredWh` to arrive. */
export function sentWh({ lossPpm }: NetworkLine, deliveredWh: number): WattHours {
  return wattHours(Number(divCeil(BigInt(deliveredWh) * BigInt(MILLION), BigInt(MILLION - lossPpm))));
}
