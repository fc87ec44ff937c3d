import type { Clearing, Hex, SigningDomain, Site, SiteId } from "@commonwatt/vpp-core";
import { type ArenaSnapshot, restoreSnapshot, takeSnapshot } from "../book/arena-snapshot.ts";
import type { MarketRules } from "./market-rules.ts";
import type { AcceptedOrder, Book, CounterCancel, MarketState, SitePosition } from "./market-state.ts";
import { entriesOf } from "./state-hash.ts";

/** All that a market knows: the arena in its parts, the rest as JSON. */
export interface MarketSnapshot {
  /** JSON text, so that what happens later does not change it. */
  readonly state: string;
  readonly arena: ArenaSnapshot;
}

/** A map as JSON has it. */
type Entries<Key, Value> = readonly (readonly [Key, Value])[];

/** The state but for its arena, as JSON. */
interface SnapshotState {
  readonly community: string;
  /** Left out where nothing is settled on a chain. */
  readonly domain?: SigningDomain;
  readonly sequence: number;
  readonly forgottenMs: number;
  readonly rules: MarketRules;
  readonly sites: readonly Site[];
  readonly siteNumbers: Entries<SiteId, number>;
  readonly groupCancels: Entries<SiteId, Entries<number, CounterCancel>>;
  readonly books: readonly SnapshotBook[];
}

type SnapshotBook = Omit<Book, "positions" | "cancels" | "clearing"> & {
  /** A site's number in the arena, and its orders by id. */
  readonly positions: Entries<SiteId, { readonly number: number; readonly placed: readonly Hex[] }>;
  readonly cancels: Entries<SiteId, CounterCancel>;
  /** Without its trades, which the book has. */
  readonly clearing: Omit<Clearing, "trades"> | null;
};

/** Copies a state. */
export function snapshotOf(state: MarketState): MarketSnapshot {
  const { community, domain, sequence, forgottenMs, rules } = state;
  const plain: SnapshotState = {
    ...{ community, sequence, forgottenMs, rules },
    ...(domain === null ? {} : { domain }),
    sites: [...state.sites.values()],
    siteNumbers: entriesOf(state.siteNumbers),
    groupCancels: entriesOf(state.groupCancels).map(([site, groups]) => [site, entriesOf(groups)]),
    books: [...state.books.values()].map(bookSnapshot),
  };
  return { arena: takeSnapshot(state.arena), state: JSON.stringify(plain) };
}

function bookSnapshot({ positions, cancels, clearing, ...book }: Book): SnapshotBook {
  const withoutTrades = ({ trades: _, ...rest }: Clearing): Omit<Clearing, "trades"> => rest;
  return {
    ...book,
    positions: entriesOf(positions).map(([site, { number, placed }]) => [
      site,
      { number, placed: placed.map(({ id }) => id) },
    ]),
    cancels: entriesOf(cancels),
    clearing: clearing === null ? null : withoutTrades(clearing),
  };
}

/**
 * Makes a state that goes on where a snapshot was taken. Throws an AssertionError when the parts of the arena do
 * not fit together.
 */
export function restoreState({ state: text, arena }: MarketSnapshot): MarketState {
  const state = JSON.parse(text) as SnapshotState;
  const { community, domain = null, sequence, forgottenMs, rules } = state;
  const books = new Map(state.books.map((book) => [book.interval.index, restoreBook(book)]));
  const orders = [...books.values()].flatMap((book) => book.orders);
  return {
    ...{ community, domain, sequence, forgottenMs, rules, books },
    sites: new Map(state.sites.map((site) => [site.id, site])),
    siteNumbers: new Map(state.siteNumbers),
    groupCancels: new Map(state.groupCancels.map(([site, groups]) => [site, new Map(groups)])),
    arena: restoreSnapshot(arena),
    orders: new Map(orders.map((accepted) => [accepted.id, accepted])),
    resting: new Map(orders.flatMap((accepted) => (accepted.slot > 0 ? [[accepted.slot, accepted]] : []))),
  };
}

function restoreBook({ positions, cancels, clearing, ...book }: SnapshotBook): Book {
  const byId = new Map(book.orders.map((accepted) => [accepted.id, accepted]));
  const placedIn = (ids: readonly Hex[]): AcceptedOrder[] => ids.flatMap((id) => byId.get(id) ?? []);
  const trades = book.trades.map(({ trade }) => trade);
  return {
    ...book,
    positions: new Map(
      positions.map(([site, { number, placed }]): [SiteId, SitePosition] => [
        site,
        { number, placed: placedIn(placed) },
      ]),
    ),
    cancels: new Map(cancels),
    clearing: clearing === null ? null : { ...clearing, trades },
  };
}
