import type { BookOrder } from "@commonwatt/market";
import type { IntervalOrders } from "./interval-orders.ts";
import type { NetworkColumns } from "./simulation-result.ts";
import type { TradeColumns } from "./trade-columns.ts";

/** What each home sells and buys in an interval, in Wh, by home. */
export interface Positions {
  readonly soldWh: Int32Array;
  readonly boughtWh: Int32Array;
}

/** Lumps beside the trades of an interval. */
export interface Lumps {
  /** What homes pay (+) or get beside the price of the energy. */
  readonly fees: readonly { readonly home: number; readonly amountNano: number }[];
  /** What the operator passes on to the grid. */
  readonly gridFeesNano: number;
}

/** What a clearing was worth at the orders' limits, and the best that the orders allowed, in nano. */
export interface Welfare {
  welfareNano: number;
  bestNano: number;
}

/** What is expected of an interval before it is delivered. */
export interface Outlook {
  /** What a home's meter will count in Wh, + is import, not rounded, when it delivers so much net sale; 0 is none. */
  expectedWh(home: number, netSoldWh: number): number;
}

/** A market in a run. */
export interface MarketRun {
  /** Clears orders, and notes with them what became of them. */
  clear(orders: IntervalOrders, seed: string, outlook: Outlook): void;
  /** The orders as the mechanism saw them, once they are cleared. */
  book(orders: IntervalOrders): readonly BookOrder[];
  /** Adds what the homes `fromHome` to `toHome` − 1 sell and buy in cleared orders. */
  addPositions(orders: IntervalOrders, positions: Positions, fromHome: number, toHome: number): void;
  /** What batteries deliver of the last cleared orders, where that is not what was sold and bought. */
  readonly targets?: Positions;
  /** What clearing within the limits of a network came to. */
  readonly columns?: NetworkColumns;
  /** Lists who trades what with whom; what it was worth goes into `welfare`. */
  settle(orders: IntervalOrders, trades: TradeColumns, welfare: Welfare): Lumps;
}

/** None: the lumps of a market at one price. */
export const NO_LUMPS: Lumps = { fees: [], gridFeesNano: 0 };
