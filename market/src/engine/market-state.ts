import type {
  Clearing,
  DeliveryInterval,
  EpochMs,
  Hex,
  IntervalIndex,
  OrderSide,
  SignedOrder,
  Site,
  SiteId,
} from "@commonwatt/vpp-core";
import { DEFAULT_MARKET_RULES, type MarketRules } from "./market-rules.ts";

/** An order in a book. */
export interface AcceptedOrder {
  readonly id: Hex;
  /** Its place among all inputs that changed the market. */
  readonly sequence: number;
  readonly acceptedAtMs: EpochMs;
  readonly order: SignedOrder;
}

/** What a site has in one book. */
export interface SitePosition {
  readonly side: OrderSide;
  readonly orderCount: number;
  readonly energyWh: number;
}

/** The orders of one delivery interval. */
export interface Book {
  readonly interval: DeliveryInterval;
  /** By rising sequence. */
  readonly orders: AcceptedOrder[];
  readonly positions: Map<SiteId, SitePosition>;
  /** `null` while the gate is open. */
  clearing: Clearing | null;
  /** SHA-256 of the closed book, which never changes again; `null` while the gate is open. */
  closedHash: Hex | null;
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
  };
}
