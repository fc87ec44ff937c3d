import { DEFAULT_MARKET_RULES } from "@commonwatt/market";
import type { OrderColumns } from "./place-quotes.ts";
import { progressWords } from "./progress.ts";

/** The most quotes that a home may have in an interval: what a live market takes. */
export const QUOTES_MAX: number = DEFAULT_MARKET_RULES.siteOrdersMax;

/** So many intervals wait to be accounted at most, as work for threads that would wait else. */
const INTERVALS_KEPT = 4;

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
  readonly placed: readonly [OrderColumns, OrderColumns];
  /**
   * All orders of the last intervals with what each got, `[t % length]`; how many they are, one more than their
   * highest tick, and the price: −1 for none.
   */
  readonly gathered: readonly (OrderColumns & { readonly fillsWh: Int32Array })[];
  readonly gatheredCounts: Int32Array;
  readonly gatheredTicks: Int32Array;
  readonly prices: Int32Array;
  /** What each meter counted, + is import, of the last intervals: `[t % length][home]`. */
  readonly meteredWh: readonly Int32Array[];
}

/** Memory for a run of so many homes on so many threads. */
export function createSharedRun(homes: number, parts: number): SharedRun {
  const ints = (length: number): Int32Array =>
    new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT));
  const column = (): Int32Array => ints(homes * QUOTES_MAX);
  const orders = (): OrderColumns => ({ keys: column(), quantitiesWh: column(), sites: column() });
  const kept = parts === 1 ? 1 : INTERVALS_KEPT;
  return {
    progress: ints(progressWords),
    orderCounts: ints(2 * parts),
    orderTicks: ints(2 * parts),
    placed: [orders(), orders()],
    gathered: Array.from({ length: kept }, () => ({ ...orders(), fillsWh: column() })),
    gatheredCounts: ints(kept),
    gatheredTicks: ints(kept),
    prices: ints(kept),
    meteredWh: Array.from({ length: kept }, () => ints(homes)),
  };
}
