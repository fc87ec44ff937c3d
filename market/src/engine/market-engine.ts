import type {
  BookedOrder,
  Clearing,
  DeliveryInterval,
  EpochMs,
  Hex,
  IntervalIndex,
  SigningDomain,
} from "@commonwatt/vpp-core";
import type { ArenaSize } from "../book/book-arena.ts";
import type { SignatureTrust } from "./admit-order.ts";
import { dueAtMs } from "./advance-market.ts";
import type { MarketEvent, MarketInput } from "./market-input.ts";
import { type MarketSnapshot, restoreState, snapshotOf } from "./market-snapshot.ts";
import { type AcceptedOrder, type Book, emptyMarketState, type MarketState } from "./market-state.ts";
import { stateHash } from "./state-hash.ts";
import { transition } from "./transition.ts";

/** How much a market holds. */
export interface MarketCounts {
  /** Inputs that changed the market. */
  readonly inputs: number;
  readonly sites: number;
  readonly orders: number;
  readonly openIntervals: number;
  readonly clearings: number;
  readonly trades: number;
}

/**
 * The market as a state machine: the same inputs in the same order give the same events and the same hash
 * on every machine. It asks for no time, no chance and no file.
 */
export interface MarketEngine {
  readonly community: string;
  /** What orders are signed for; `null` where nothing is settled on a chain. */
  domain(): SigningDomain | null;
  /**
   * Takes one input. Bad orders come out as events.
   * @throws CommonwattError `MARKET_UNKNOWN_INTERVAL`, `MARKET_INTERVAL_CONFLICT`, `MARKET_INTERVAL_FORGOTTEN`, `MARKET_FULL`,
   *   `MARKET_REGISTER_INVALID`, `MARKET_OTHER_CONTRACT`; the market is then as it was before. An AssertionError for orders, cancels and
   *   gate closures at or after what is due: `time-advanced` comes first.
   */
  apply(input: MarketInput, signatures?: SignatureTrust): MarketEvent;
  /** When something next happens by time alone, so that `time-advanced` is wanted; `null`: never. */
  dueAtMs(): EpochMs | null;
  /** The book of an interval, or `null` when it was never opened. */
  book(index: IntervalIndex): Book | null;
  /** Every book, oldest interval first. */
  books(): readonly Book[];
  /** An order that was ever accepted, or `null`. */
  order(id: Hex): AcceptedOrder | null;
  /** Every order that a book took in, by rising sequence. */
  bookedOrders(index: IntervalIndex): readonly BookedOrder[];
  /** Intervals whose gate is open, oldest first. */
  openIntervals(): readonly DeliveryInterval[];
  /** All clearings, oldest interval first. */
  clearings(): readonly Clearing[];
  /** How many inputs have changed the market. */
  sequence(): number;
  counts(): MarketCounts;
  stateHash(): Hex;
  /** All that the market knows, to go on from later. */
  snapshot(): MarketSnapshot;
}

/** Makes a market in which nothing has happened yet. `size` is what its open books have room for. */
export function marketEngine(community: string, size?: ArenaSize): MarketEngine {
  return engineOver(emptyMarketState(community, size));
}

/** Makes a market that goes on where a snapshot was taken. Throws as `restoreState` does. */
export function restoredEngine(snapshot: MarketSnapshot): MarketEngine {
  return engineOver(restoreState(snapshot));
}

function engineOver(state: MarketState): MarketEngine {
  const books = (): Book[] => [...state.books.values()].sort((a, b) => a.interval.index - b.interval.index);
  const openIntervals = (): readonly DeliveryInterval[] =>
    books()
      .filter((book) => book.clearing === null)
      .map((book) => book.interval);
  const clearings = (): readonly Clearing[] => books().flatMap((book) => book.clearing ?? []);
  return {
    community: state.community,
    domain: () => state.domain,
    dueAtMs: () => dueAtMs(state),
    apply: (input, signatures = "checked") => transition(state, input, signatures),
    book: (index) => state.books.get(index) ?? null,
    books,
    order: (id) => state.orders.get(id) ?? null,
    bookedOrders: (index) =>
      (state.books.get(index)?.orders ?? []).map(({ id, order, ended }) => ({
        ...{ id, order },
        ended:
          ended === null || ended.by === "filled" ? null : { by: ended.by, cancel: ended.cancel ?? null },
      })),
    openIntervals,
    clearings,
    sequence: () => state.sequence,
    counts: () => ({
      inputs: state.sequence,
      sites: state.sites.size,
      orders: state.orders.size,
      openIntervals: openIntervals().length,
      clearings: clearings().length,
      trades: books().reduce((sum, { trades }) => sum + trades.length, 0),
    }),
    stateHash: () => stateHash(state),
    snapshot: () => snapshotOf(state),
  };
}
