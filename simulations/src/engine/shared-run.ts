import { DEFAULT_MARKET_RULES } from "@commonwatt/market";
import { barrierWords } from "./barrier.ts";

/** The most quotes that a home may have in an interval: what a live market takes. */
export const QUOTES_MAX: number = DEFAULT_MARKET_RULES.siteOrdersMax;

/** Memory that the threads of a run share. */
export interface SharedRun {
  readonly barrier: Int32Array;
  /** How many orders each part has placed, for even and for odd intervals: `[parity * parts + part]`. */
  readonly orderCounts: Int32Array;
  /** One more than the highest tick in each part's orders, at the same places. */
  readonly orderTicks: Int32Array;
  /** Orders, each part's from its first home's place times `QUOTES_MAX` on; for even and for odd intervals. */
  readonly keys: readonly [Int32Array, Int32Array];
  readonly quantitiesWh: readonly [Int32Array, Int32Array];
  readonly sites: readonly [Int32Array, Int32Array];
  /** What each interval's auction draws by, `[t]`; each thread finds out its share of them before the run. */
  readonly draws: Int32Array;
  /** What each meter counted, + is import, of the last intervals: `[t % length][home]`. */
  readonly meteredWh: readonly Int32Array[];
}

/** Memory for a run of so many homes and intervals on so many threads. */
export function createSharedRun(homes: number, intervals: number, parts: number): SharedRun {
  const ints = (length: number): Int32Array =>
    new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT));
  const orders = (): readonly [Int32Array, Int32Array] => [
    ints(homes * QUOTES_MAX),
    ints(homes * QUOTES_MAX),
  ];
  return {
    barrier: ints(barrierWords),
    orderCounts: ints(2 * parts),
    orderTicks: ints(2 * parts),
    keys: orders(),
    quantitiesWh: orders(),
    sites: orders(),
    draws: ints(intervals),
    // An interval is accounted at most `parts` intervals after its own, while the next one is delivered.
    meteredWh: Array.from({ length: parts + 1 }, () => ints(homes)),
  };
}
