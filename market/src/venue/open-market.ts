import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type {
  BookedOrder,
  CancelReply,
  ChainCancel,
  Clearing,
  DeliveryInterval,
  EpochMs,
  Hex,
  IntervalIndex,
  OrderReply,
  SignedCancel,
  SignedOrder,
  SigningDomain,
  Trade,
  VenueContext,
} from "@commonwatt/vpp-core";
import { type MarketCounts, type MarketEngine, marketEngine } from "../engine/market-engine.ts";
import type { MarketEvent, MarketInput } from "../engine/market-input.ts";
import type { MarketRules } from "../engine/market-rules.ts";
import type { AcceptedOrder, Book, OrderEnd } from "../engine/market-state.ts";
import { type Journal, openJournal } from "../journal/journal.ts";
import type { JournalFiles } from "../journal/journal-files.ts";
import type { JournalReader } from "../journal/read-journal.ts";
import { marketAbout } from "../replay/market-journal.ts";
import { type MarketRecovery, recoverMarket } from "../replay/recover-market.ts";
import { durableEngine } from "./durable-engine.ts";
import { type MarketSnapshots, marketSnapshots } from "./market-snapshots.ts";
import { type PublicFeed, publicFeed } from "./public-feed.ts";
import { publication } from "./publication.ts";

/** A market that has recovered and takes inputs; see `TradingVenue` for what its methods do. */
export interface OpenMarket {
  readonly community: string;
  /** What orders are signed for; `null` where nothing is settled on a chain. */
  domain(): SigningDomain | null;
  openInterval(interval: DeliveryInterval, gateClosesMs?: EpochMs): Promise<void>;
  submit(order: SignedOrder): Promise<OrderReply>;
  cancel(cancel: SignedCancel): Promise<CancelReply>;
  cancelFromChain(cancel: ChainCancel): Promise<readonly Hex[]>;
  closeGate(index: IntervalIndex): Promise<Clearing>;
  /** What everybody may see. */
  readonly feed: PublicFeed;
  /** An order as far as it is on the disk, or `null`. */
  order(id: Hex): OrderState | null;
  /** Trades of an interval that are on the disk; `null` when it was never opened. */
  trades(index: IntervalIndex): readonly Trade[] | null;
  /** Calls back with intervals in which something was traded, until the answer is called. */
  onTrades(listener: (index: IntervalIndex) => void): () => void;
  bookedOrders(index: IntervalIndex): readonly BookedOrder[];
  openIntervals(): readonly DeliveryInterval[];
  /** Clearings that are on the disk, oldest interval first. */
  clearings(from: IntervalIndex): readonly Clearing[];
  /** The clearing of an interval, or whether its gate is still open, or whether it was never opened. */
  clearing(index: IntervalIndex): Clearing | "gate-open" | "unknown-interval";
  counts(): MarketCounts;
  stateHash(): Hex;
  close(): Promise<void>;
}

/** An order and what became of it, as far as that is on the disk. */
export interface OrderState {
  readonly accepted: AcceptedOrder;
  /** `null` while it can trade, and for ever when it went into the call auction. */
  readonly ended: OrderEnd | null;
  readonly trades: readonly Trade[];
  /** How the gate of its interval closed; `null` while it is open. */
  readonly clearing: Clearing | null;
}

/**
 * Recovers a market from its journal and makes it take inputs. Signatures in the journal are trusted.
 * @throws CommonwattError as `doubleAuction` says of start.
 */
export async function openMarket(
  context: VenueContext,
  rules: MarketRules,
  snapshotEvery: number,
): Promise<OpenMarket> {
  const { community, domain, directory, logger, sites, clock } = context;
  const recoveries: MarketRecovery[] = [];
  const readerOf = async (files: JournalFiles): Promise<JournalReader> => {
    const recovery = await recoverMarket(directory, files, "trusted", true);
    recoveries.push(recovery);
    return recovery.reader;
  };
  const opened = await openJournal(directory, marketAbout(community), readerOf, JOURNAL_OPTIONS);
  const { about, journal, lastSequence, tornBytes } = opened;
  try {
    const [recovery] = recoveries;
    const engine = recovery?.engine() ?? marketEngine(community);
    const last = recovery?.snapshotSequence ?? 0;
    const snapshots = marketSnapshots({
      ...{ directory, about, engine, journal, logger, last },
      every: snapshotEvery,
    });
    if (tornBytes > 0) logger.warn({ tornBytes }, "cut an unfinished batch off the market's journal");
    const market = marketOver(engine, journal, snapshots, context);
    const register = { sites, rules, ...(domain === null ? {} : { domain }) };
    await market.input({ kind: "register-changed", atMs: clock.now(), ...register });
    logger.info(
      { records: lastSequence, snapshot: last, stateHash: engine.stateHash() },
      "the market is open",
    );
    return market;
  } catch (error) {
    await journal.close();
    throw error;
  }
}

/** Short segments, so that those before a snapshot can go soon. */
const JOURNAL_OPTIONS = { segmentBytesMax: 2 ** 20 };

/** Joins the engine and its journal. */
function marketOver(
  engine: MarketEngine,
  journal: Journal,
  snapshots: MarketSnapshots,
  context: VenueContext,
): OpenMarket & { input(input: MarketInput): Promise<MarketEvent> } {
  const { community, clock } = context;
  // What the engine knows may still be on its way to the disk; what others build on must not be.
  const durableClearings = new Map(engine.clearings().map((clearing) => [clearing.intervalIndex, clearing]));

  const feed = publicFeed(randomUUID(), engine.books());
  const tradeListeners = new Set<(index: IntervalIndex) => void>();
  const publish = publication(engine, feed, (index) => {
    for (const listener of tradeListeners) listener(index);
  });

  const { input, close } = durableEngine(engine, journal, publish, snapshots, context);
  const closeGate = async (intervalIndex: IntervalIndex): Promise<Clearing> => {
    const event = await input({ kind: "gate-closed", atMs: clock.now(), intervalIndex });
    assert(event.kind === "gate-closed", "closing a gate gives its clearing");
    durableClearings.set(intervalIndex, event.clearing);
    for (const index of durableClearings.keys())
      if (engine.book(index) === null) durableClearings.delete(index);
    return event.clearing;
  };
  return {
    community,
    domain: engine.domain,
    input,
    feed,
    order: (id) => orderState(engine, id, publish.sequence(), durableClearings),
    trades: (index) => {
      const book = engine.book(index);
      return book === null ? null : tradesUpTo(book, publish.sequence());
    },
    onTrades(listener) {
      tradeListeners.add(listener);
      return () => tradeListeners.delete(listener);
    },
    async openInterval(interval, gateClosesMs = interval.startMs) {
      await input({ kind: "interval-opened", atMs: clock.now(), interval, gateClosesMs });
    },
    async submit(order) {
      return orderReply(await input({ kind: "order-submitted", atMs: clock.now(), order }));
    },
    async cancel(cancel) {
      return cancelReply(await input({ kind: "cancel-submitted", atMs: clock.now(), cancel }));
    },
    async cancelFromChain(cancel) {
      const event = await input({ kind: "chain-cancelled", atMs: clock.now(), cancel });
      assert(event.kind === "orders-cancelled", "what the chain says is taken");
      return event.orderIds;
    },
    closeGate,
    bookedOrders: engine.bookedOrders,
    openIntervals: engine.openIntervals,
    clearings: (from) =>
      [...durableClearings.values()]
        .filter((clearing) => clearing.intervalIndex >= from)
        .sort((a, b) => a.intervalIndex - b.intervalIndex),
    clearing: (index) =>
      durableClearings.get(index) ?? (engine.book(index) === null ? "unknown-interval" : "gate-open"),
    counts: engine.counts,
    stateHash: engine.stateHash,
    close,
  };
}

function orderReply(event: MarketEvent): OrderReply {
  if (event.kind === "order-rejected") {
    return { status: "rejected", code: event.code, message: event.message };
  }
  assert(event.kind === "order-accepted", "an order is accepted or rejected");
  return { status: "accepted", orderId: event.orderId, sequence: event.sequence };
}

function cancelReply(event: MarketEvent): CancelReply {
  if (event.kind === "cancel-rejected") {
    return { status: "rejected", code: event.code, message: event.message };
  }
  assert(event.kind === "orders-cancelled", "a cancel is taken or rejected");
  return { status: "cancelled", orderIds: event.orderIds, sequence: event.sequence };
}

function tradesUpTo(book: Book, sequence: number): readonly Trade[] {
  return book.trades.filter((made) => made.sequence <= sequence).map(({ trade }) => trade);
}

/** An order as far as the input with this sequence; `null` when it came later, or never. */
function orderState(
  engine: MarketEngine,
  id: Hex,
  sequence: number,
  clearings: ReadonlyMap<IntervalIndex, Clearing>,
): OrderState | null {
  const accepted = engine.order(id);
  if (accepted === null || accepted.sequence > sequence) return null;
  const { ended, order } = accepted;
  const book = engine.book(order.intervalIndex);
  assert(book !== null, "an order has a book");
  return {
    accepted,
    ended: ended !== null && ended.sequence <= sequence ? ended : null,
    trades: tradesUpTo(book, sequence).filter(({ bidId, offerId }) => bidId === id || offerId === id),
    clearing: clearings.get(order.intervalIndex) ?? null,
  };
}
