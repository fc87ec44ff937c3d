import type {
  Clearing,
  DeliveryInterval,
  EpochMs,
  Hex,
  IntervalIndex,
  OrderSide,
  SignedCancel,
  SignedOrder,
  SigningDomain,
  Site,
  SiteId,
  Trade,
} from "@commonwatt/vpp-core";
import { type ArenaSize, type BookArena, createArena } from "../book/book-arena.ts";
import { DEFAULT_MARKET_RULES, type MarketRules, TICKS_MAX } from "./market-rules.ts";

/** How an order left its book before the gate closed. */
export interface OrderEnd {
  readonly by:
    | "order-cancel"
    | "interval-cancel"
    | "group-cancel"
    | "replacement"
    /** All of it was traded. */
    | "filled"
    /** It trades at once or not at all, and this was left. */
    | "remainder"
    | "expired"
    /** It met an order of its own site. */
    | "self-trade";
  /** Place of what ended it among all inputs that changed the market. */
  readonly sequence: number;
  /** What its site signed to take it back, as evidence for the settlement; none when it ended otherwise. */
  readonly cancel?: SignedCancel;
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
  /** What the orders whose place it took had traded already: it counts towards this order's energy. */
  readonly filledBeforeWh: number;
  /** What it has traded itself. */
  filledWh: number;
  /** What of it rests in the book. */
  openWh: number;
  /** Its slot in the arena while it rests, else 0. */
  slot: number;
  /** `null` as long as it can still trade, and for ever when it went into the call auction. */
  ended: OrderEnd | null;
}

/** What a site has in one book; its energies stand in the arena. */
export interface SitePosition {
  /** Its number in the arena. */
  readonly number: number;
  /** Every order the site placed, ended ones too. */
  readonly placed: AcceptedOrder[];
}

/** A trade and the input that made it. */
export interface BookTrade {
  readonly trade: Trade;
  /** Place of the input among all that changed the market. */
  readonly sequence: number;
}

/** The orders of one delivery interval. */
export interface Book {
  readonly interval: DeliveryInterval;
  /** When its gate is to close. */
  readonly gateClosesMs: EpochMs;
  /** From when on its orders wait for the call auction; `null`: never. */
  readonly callFromMs: EpochMs | null;
  /** The prices it was opened with. */
  readonly prices: Pick<MarketRules, "priceTick" | "limitPriceMax">;
  /** Its handle in the arena; gone once the gate is closed. */
  readonly handle: number;
  phase: "continuous" | "call" | "closed";
  /** Every order ever placed, by rising sequence. */
  readonly orders: AcceptedOrder[];
  readonly positions: Map<SiteId, SitePosition>;
  /** The last cancel of this interval by site. */
  readonly cancels: Map<SiteId, CounterCancel>;
  /** Of both phases, in the order in which they were made. */
  readonly trades: BookTrade[];
  /** `null` while the gate is open. */
  clearing: Clearing | null;
  /** SHA-256 of the closed book, which never changes again; `null` while the gate is open. */
  closedHash: Hex | null;
}

/** The orders of an open book that rest, by rising sequence. */
export function restingOrders(book: Book): readonly AcceptedOrder[] {
  return book.orders.filter(({ openWh }) => openWh > 0);
}

/** The side of the arena's numbers. */
export function sideCode(side: OrderSide): 0 | 1 {
  return side === "bid" ? 0 : 1;
}

/** All that a market knows. */
export interface MarketState {
  readonly community: string;
  /** What orders are signed for; `null` where nothing is settled on a chain. */
  domain: SigningDomain | null;
  /** Inputs that changed the state so far. */
  sequence: number;
  /** Intervals that ended before were traded once, and are forgotten; 0 before any is. */
  forgottenMs: number;
  rules: MarketRules;
  sites: ReadonlyMap<SiteId, Site>;
  /** A number for each site that was ever in the register: given by rising id, kept for good. */
  readonly siteNumbers: Map<SiteId, number>;
  /** The open books: what rests in them, what sites have there, and the time. */
  readonly arena: BookArena;
  /** The order in each slot of the arena that is taken. */
  readonly resting: Map<number, AcceptedOrder>;
  readonly books: Map<IntervalIndex, Book>;
  /** Every order ever accepted, by id. */
  readonly orders: Map<Hex, AcceptedOrder>;
  /** The last cancel of each group, by site. */
  readonly groupCancels: Map<SiteId, Map<number, CounterCancel>>;
}

/** What a live market has room for at once. Memory is touched as it is used. */
const MARKET_SIZE: ArenaSize = {
  booksMax: 512,
  ordersMax: 65_536,
  positionsMax: 65_536,
  ticksMax: TICKS_MAX,
  laddersMax: 64,
};

/** A market in which nothing has happened yet. */
export function emptyMarketState(community: string, size: ArenaSize = MARKET_SIZE): MarketState {
  return {
    community,
    domain: null,
    sequence: 0,
    forgottenMs: 0,
    rules: DEFAULT_MARKET_RULES,
    sites: new Map(),
    siteNumbers: new Map(),
    arena: createArena(size),
    resting: new Map(),
    books: new Map(),
    orders: new Map(),
    groupCancels: new Map(),
  };
}
