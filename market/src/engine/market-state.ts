import type {
  Clearing,
  DeliveryInterval,
  EpochMs,
  Hex,
  IntervalIndex,
  OrderSide,
  SignedCancel,
  SignedOrder,
  Site,
  SiteId,
} from "@commonwatt/vpp-core";
import { DEFAULT_MARKET_RULES, type MarketRules } from "./market-rules.ts";

/** How an order left its book before the gate closed. */
export interface OrderEnd {
  readonly by: "order-cancel" | "interval-cancel" | "group-cancel" | "replacement";
  /** Place of what ended it among all inputs that changed the market. */
  readonly sequence: number;
}

/** What a site's last cancel of an interval or a group came to. */
export interface CounterCancel {
  readonly counter: number;
  readonly sequence: number;
  readonly orderIds: readonly Hex[];
}

/** An order that was taken into a book. */
export interface AcceptedOrder {
  readonly id: Hex;
  /** Its place among all inputs that changed the market. */
  readonly sequence: number;
  readonly acceptedAtMs: EpochMs;
  readonly order: SignedOrder;
  /** `null` as long as it takes part in the clearing. */
  ended: OrderEnd | null;
}

/** What a site has in one book. */
export interface SitePosition {
  /** Of the orders that have not ended; means nothing when there are none. */
  side: OrderSide;
  /** Orders that have not ended. */
  orderCount: number;
  /** Their energy together. */
  energyWh: number;
  /** Every order the site placed, ended ones too. */
  readonly placed: AcceptedOrder[];
}

/** The orders of one delivery interval. */
export interface Book {
  readonly interval: DeliveryInterval;
  /** By rising sequence. */
  readonly orders: AcceptedOrder[];
  readonly positions: Map<SiteId, SitePosition>;
  /** The last cancel of this interval by site. */
  readonly cancels: Map<SiteId, CounterCancel>;
  /** `null` while the gate is open. */
  clearing: Clearing | null;
  /** SHA-256 of the closed book, which never changes again; `null` while the gate is open. */
  closedHash: Hex | null;
}

/** The orders of a book that take part in its clearing, by rising sequence. */
export function liveOrders(book: Book): readonly AcceptedOrder[] {
  return book.orders.filter((accepted) => accepted.ended === null);
}

/** All that a market knows. */
export interface MarketState {
  readonly community: string;
  /** Inputs that changed the state so far. */
  sequence: number;
  rules: MarketRules;
  sites: ReadonlyMap<SiteId, Site>;
  readonly books: Map<IntervalIndex, Book>;
  /** Every order ever accepted, by id. */
  readonly orders: Map<Hex, AcceptedOrder>;
  /** What took an order out of its book, by the order's id; evidence, and no part of the state's hash. */
  readonly cancelsOfOrders: Map<Hex, SignedCancel>;
  /** The last cancel of each group, by site. */
  readonly groupCancels: Map<SiteId, Map<number, CounterCancel>>;
}

/** A market in which nothing has happened yet. */
export function emptyMarketState(community: string): MarketState {
  return {
    community,
    sequence: 0,
    rules: DEFAULT_MARKET_RULES,
    sites: new Map(),
    books: new Map(),
    orders: new Map(),
    cancelsOfOrders: new Map(),
    groupCancels: new Map(),
  };
}
