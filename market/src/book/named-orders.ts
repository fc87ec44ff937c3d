import { type BookCode, bookCode } from "./book-code.ts";
import type { EndReason } from "./book-event.ts";
import { SELF_TRADE_POLICY, type SelfTradePolicy } from "./self-trade.ts";
import { TIME_IN_FORCE } from "./submit-order.ts";

const { GOOD_TILL_GATE, IMMEDIATE_OR_CANCEL, FILL_OR_KILL } = TIME_IN_FORCE;

/** Why an order or a command is refused: what the core says, and what only names can be wrong about. */
export type OrderBooksCode = BookCode | "duplicate-id" | "off-tick";

/** A command refused: nothing has changed. */
export interface Refused {
  readonly status: "rejected";
  readonly code: OrderBooksCode;
}

/** A book to be opened. */
export interface BookRules {
  readonly id: string;
  /** Lowest and highest limit price, and the step between prices: all integers of one unit. */
  readonly priceMin: number;
  readonly priceMax: number;
  readonly tickSize: number;
  /** What happens when a site meets its own order; `cancel-newest` when left out. */
  readonly selfTrade?: "allowed" | "cancel-newest" | "cancel-resting" | "decrement";
  /** Whether orders wait for a call auction; they match at once when left out. */
  readonly call?: boolean;
}

/** An order to be placed. */
export interface NewOrder {
  /** The caller's name for it; free again once the order has ended. */
  readonly id: string;
  readonly book: string;
  readonly site: string;
  readonly side: "bid" | "offer";
  readonly price: number;
  readonly quantityWh: number;
  /** `good-till-gate` when left out. */
  readonly timeInForce?: "good-till-gate" | "immediate-or-cancel" | "fill-or-kill";
  /** Makes it good till time. */
  readonly expiresAtMs?: number;
}

/** A trade of the incoming order with one that rested. */
export interface BookTrade {
  /** Id of the resting order. */
  readonly maker: string;
  readonly price: number;
  readonly quantityWh: number;
}

/** An order accepted, and what became of it at once. */
export interface Accepted {
  readonly status: "accepted";
  readonly trades: readonly BookTrade[];
  readonly filledWh: number;
  /** What rests in the book now. */
  readonly openWh: number;
  /** Orders of the same site that had to leave for it. */
  readonly ended: readonly EndedOrder[];
}

/** An order that left its book with something unfilled. */
export interface EndedOrder {
  readonly id: string;
  readonly reason: EndReason;
  readonly openWh: number;
}

/** A call auction. */
export interface BookClearing {
  readonly status: "cleared";
  /** The one price of all trades; `null` when nothing was traded. */
  readonly price: number | null;
  readonly volumeWh: number;
  /** What each order got that got something. */
  readonly fills: readonly ClearedOrder[];
}

/** A price with what is open at it. */
export interface PriceDepth {
  readonly price: number;
  readonly quantityWh: number;
}

/** What an order got in a call auction. */
export interface ClearedOrder {
  readonly id: string;
  readonly quantityWh: number;
}

/** The core's number of a self-trade policy. */
export const POLICY_OF: Readonly<Record<NonNullable<BookRules["selfTrade"]>, SelfTradePolicy>> = {
  allowed: SELF_TRADE_POLICY.ALLOWED,
  "cancel-newest": SELF_TRADE_POLICY.CANCEL_NEWEST,
  "cancel-resting": SELF_TRADE_POLICY.CANCEL_RESTING,
  decrement: SELF_TRADE_POLICY.DECREMENT,
};

/** Refuses by a code. */
export function rejected(code: OrderBooksCode): Refused {
  return { status: "rejected", code };
}

/** Refuses by what the core answered. */
export function refused(answer: number): Refused {
  return rejected(bookCode(answer) ?? "unknown-order");
}

/** Refuses a price that is so many steps above the lowest, but no whole number of them or far too many. */
export function offGrid(steps: number): Refused {
  return rejected(Number.isInteger(steps) ? "price-out-of-range" : "off-tick");
}

/** The core's number of a time in force; one that it refuses for any other word. */
export function timeInForceOf(name: NewOrder["timeInForce"]): number {
  if (name === undefined || name === "good-till-gate") return GOOD_TILL_GATE;
  if (name === "immediate-or-cancel") return IMMEDIATE_OR_CANCEL;
  return name === "fill-or-kill" ? FILL_OR_KILL : -1;
}
