import { DEFAULT_MARKET_RULES } from "@commonwatt/market";
import { progressWords } from "./progress.ts";

/** The most quotes that a home may have in an interval: what a live market takes. */
export const QUOTES_MAX: number = DEFAULT_MARKET_RULES.siteOrdersMax;

/** Which part of a run a thread does. */
export interface RunPart {
  /** From 0. */
  readonly part: number;
  readonly parts: number;
  /** The homes of each part: those from `homesFrom[part]` to `homesFrom[part + 1]` − 1. */
  readonly homesFrom: readonly number[];
}

/** Memory that the threads of a run share. */
export interface SharedRun {
  readonly progress: Int32Array;
  /** How many orders each part has placed, for even and for odd intervals: `[parity * parts + part]`. */
  readonly orderCounts: Int32Array;
  /** One more than the highest tick in each part's orders, at the same places. */
  readonly orderTicks: Int32Array;
  /** Orders, each part's from its first home's place times `QUOTES_MAX` on; for even and for odd intervals. */
  readonly keys: readonly [Int32Array, Int32Array];
  readonly quantitiesWh: readonly [Int32Array, Int32Array];
  readonly sites: readonly [Int32Array, Int32Array];
  /** What each order got, and the price that all found: −1 for none. */
  readonly fillsWh: readonly [Int32Array, Int32Array];
  readonly prices: Int32Array;
  /** What each meter counted, + is import, of the last intervals: `[t % length][home]`. */
  readonly meteredWh: readonly Int32Array[];
}

/** Memory for a run of so many homes on so many threads. */
export function createSharedRun(homes: number, parts: number): SharedRun {
  const ints = (length: number): Int32Array =>
    new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT));
  const orders = (): readonly [Int32Array, Int32Array] => [
    ints(homes * QUOTES_MAX),
    ints(homes * QUOTES_MAX),
  ];
  return {
    progress: ints(progressWords),
    orderCounts: ints(2 * parts),
    orderTicks: ints(2 * parts),
    keys: orders(),
    quantitiesWh: orders(),
    sites: orders(),
    fillsWh: orders(),
    prices: ints(2),
    // While one thread accounts an interval, others may deliver the third one after it.
    meteredWh: Array.from({ length: 4 }, () => ints(homes)),
  };
}
