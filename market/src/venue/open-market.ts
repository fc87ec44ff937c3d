import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type {
  BookedOrder,
  CancelReply,
  Clearing,
  DeliveryInterval,
  Hex,
  IntervalIndex,
  OrderReply,
  SignedCancel,
  SignedOrder,
  VenueContext,
} from "@commonwatt/vpp-core";
import { type MarketCounts, type MarketEngine, marketEngine } from "../engine/market-engine.ts";
import type { MarketEvent, MarketInput } from "../engine/market-input.ts";
import type { MarketRules } from "../engine/market-rules.ts";
import type { AcceptedOrder } from "../engine/market-state.ts";
import { type Journal, openJournal } from "../journal/journal.ts";
import { JSON_RECORD } from "../journal/read-journal.ts";
import { marketAbout, marketRecord, marketRecordBytesMax, replayMarket } from "../replay/market-journal.ts";
import { type PublicFeed, publicFeed } from "./public-feed.ts";
import { publication } from "./publication.ts";

/** A market that has recovered and takes inputs; see `TradingVenue` for what its methods do. */
export interface OpenMarket {
  readonly community: string;
  openInterval(interval: DeliveryInterval): Promise<void>;
  submit(order: SignedOrder): Promise<OrderReply>;
  cancel(cancel: SignedCancel): Promise<CancelReply>;
  closeGate(index: IntervalIndex): Promise<Clearing>;
  /** What everybody may see. */
  readonly feed: PublicFeed;
  /** An order that is on the disk, or `null`. */
  order(id: Hex): AcceptedOrder | null;
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

/**
 * Recovers a market from its journal and makes it take inputs. Signatures in the journal are trusted.
 * @throws CommonwattError as `doubleAuction` says of start.
 */
export async function openMarket(context: VenueContext, rules: MarketRules): Promise<OpenMarket> {
  const { community, directory, logger, sites, clock } = context;
  const replay = replayMarket("trusted");
  const opened = await openJournal(directory, marketAbout(community), async () => replay.reader);
  const { journal, lastSequence, tornBytes } = opened;
  try {
    const engine = replay.engine() ?? marketEngine(community);
    if (tornBytes > 0) logger.warn({ tornBytes }, "cut an unfinished batch off the market's journal");
    const market = marketOver(engine, journal, context);
    await market.input({ kind: "register-changed", atMs: clock.now(), sites, rules });
    logger.info({ records: lastSequence, stateHash: engine.stateHash() }, "the market is open");
    return market;
  } catch (error) {
    await journal.close();
    throw error;
  }
}

/** Joins the engine and its journal. */
function marketOver(
  engine: MarketEngine,
  journal: Journal,
  { community, clock }: VenueContext,
): OpenMarket & { input(input: MarketInput): Promise<MarketEvent> } {
  // What the engine knows may still be on its way to the disk; what others build on must not be.
  const durableClearings = new Map(engine.clearings().map((clearing) => [clearing.intervalIndex, clearing]));

  const feed = publicFeed(randomUUID(), engine.books());
  const publish = publication(engine, feed);

  /** Engine and journal take an input in the same turn of the event loop, so both see the same order. */
  const input = async (given: MarketInput): Promise<MarketEvent> => {
    journal.assertRoom(marketRecordBytesMax(given));
    const event = engine.apply(given);
    const sequence = engine.sequence();
    if (event.changed) publish.applied(sequence, given, event);
    if (event.changed) journal.append(JSON_RECORD, marketRecord(given, event));
    // A repeated input waits too: its first answer may still be on the way to the disk.
    if (event.kind !== "order-rejected" && event.kind !== "cancel-rejected") await journal.durable();
    if (event.kind === "gate-closed") durableClearings.set(event.clearing.intervalIndex, event.clearing);
    if (event.changed) publish.settled(sequence);
    return event;
  };

  return {
    community,
    input,
    feed,
    order: (id) => {
      const accepted = engine.order(id);
      return accepted !== null && accepted.sequence <= publish.sequence() ? accepted : null;
    },
    async openInterval(interval) {
      await input({ kind: "interval-opened", atMs: clock.now(), interval });
    },
    async submit(order) {
      const event = await input({ kind: "order-submitted", atMs: clock.now(), order });
      if (event.kind === "order-rejected")
        return { status: "rejected", code: event.code, message: event.message };
      assert(event.kind === "order-accepted", "an order is accepted or rejected");
      return { status: "accepted", orderId: event.orderId, sequence: event.sequence };
    },
    async cancel(cancel) {
      const event = await input({ kind: "cancel-submitted", atMs: clock.now(), cancel });
      if (event.kind === "cancel-rejected")
        return { status: "rejected", code: event.code, message: event.message };
      assert(event.kind === "orders-cancelled", "a cancel is taken or rejected");
      return { status: "cancelled", orderIds: event.orderIds, sequence: event.sequence };
    },
    async closeGate(intervalIndex) {
      const event = await input({ kind: "gate-closed", atMs: clock.now(), intervalIndex });
      assert(event.kind === "gate-closed", "closing a gate gives its clearing");
      return event.clearing;
    },
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
    close: () => journal.close(),
  };
}
