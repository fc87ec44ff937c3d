import { messageOf } from "../errors/commonwatt-error.ts";
import type { SiteId } from "../grid/site.ts";
import type { Logger } from "../ports/logger.ts";
import type { SignedMeterReading } from "../ports/metering.ts";
import type { IntervalSettlement } from "../ports/settlement.ts";
import type { SettlementRail } from "../ports/settlement-rail.ts";
import type { BatchStore, MeteringStore } from "../ports/store.ts";
import type { Clearing, TradingVenue } from "../ports/trading-venue.ts";
import { type Clock, durationMs, sleep, sleepUntil } from "../time/clock.ts";
import type { DeliveryInterval } from "../time/delivery-interval.ts";
import { readingsInOrder } from "./readings-in-order.ts";
import { retrying } from "./retry.ts";

/** How long settlement waits for meters that are silent at the end of an interval, in intervals. */
const GRACE_INTERVALS = 2;

/** What the settlement loop works with. */
export interface SettlementLoopContext {
  readonly rail: SettlementRail;
  readonly venue: Pick<TradingVenue, "bookedOrders">;
  readonly metering: MeteringStore;
  readonly batches: BatchStore;
  readonly siteIds: readonly SiteId[];
  /** Waits until every reading that a site has signed is in the store; throws as the store does. */
  readonly saveReadings: () => Promise<void>;
  readonly clock: Clock;
  readonly wallClock: Clock;
  /** How often meters are looked for at the end of an interval, in the clock's time. */
  readonly pollMs: number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly onSettled: (interval: DeliveryInterval, clearing: Clearing, settled: IntervalSettlement) => void;
}

/** Settles cleared intervals, one after the other, each when it has been delivered and metered. */
export interface SettlementLoop {
  /** Takes a clearing; one that is settled already is passed over. */
  enqueue(interval: DeliveryInterval, clearing: Clearing): void;
  /** Settles when everything enqueued so far is settled. */
  idle(): Promise<void>;
  /** Never resolves; rejects when settlement cannot go on. */
  readonly failed: Promise<never>;
}

/** Makes the loop. */
export function settlementLoop(context: SettlementLoopContext): SettlementLoop {
  const { promise: failed, reject } = Promise.withResolvers<never>();
  failed.catch((error: unknown) => {
    context.logger.debug({ error: messageOf(error) }, "settlement stopped");
  });
  let tail: Promise<void> = Promise.resolve();
  return {
    enqueue(interval, clearing) {
      tail = tail.then(() => settleWhenDelivered(context, interval, clearing));
      tail.catch(reject);
    },
    idle: () => tail,
    failed,
  };
}

/**
 * Waits until every batch is paid; `false` when `patience` ran out first, for which there are good reasons:
 * a challenge window of hours, a chain that is away. Rejects when `signal` aborts.
 */
export async function drained(
  rail: Pick<SettlementRail, "drain">,
  patience: AbortSignal,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await rail.drain(AbortSignal.any([signal, patience]));
    return true;
  } catch (error) {
    if (patience.aborted && !signal.aborted) return false;
    throw error;
  }
}

async function settleWhenDelivered(
  context: SettlementLoopContext,
  interval: DeliveryInterval,
  clearing: Clearing,
): Promise<void> {
  const { rail, venue, batches, clock, signal } = context;
  const retry = { ...context, what: `settle interval ${interval.index}` };
  if ((await retrying(retry, () => batches.byInterval(interval.index))) !== null) return;
  await sleepUntil(clock, interval.endMs, signal);
  const readings = await enclosingReadings(context, interval);
  const { clearingPrice, trades } = clearing;
  const orders = venue.bookedOrders(interval.index);
  const settled = await retrying(retry, () =>
    rail.settle({ interval, clearingPrice, orders, trades, readings }),
  );
  context.onSettled(interval, clearing, settled);
}

/**
 * The signed readings that enclose the start and the end of an interval, for every site. A site whose
 * meter stays silent beyond the grace is left out: what is not proven was not delivered.
 */
async function enclosingReadings(
  context: SettlementLoopContext,
  interval: DeliveryInterval,
): Promise<readonly SignedMeterReading[]> {
  const { clock, siteIds, signal, logger } = context;
  const deadlineMs = interval.endMs + GRACE_INTERVALS * (interval.endMs - interval.startMs);
  const found = new Map<SiteId, readonly SignedMeterReading[]>();
  for (;;) {
    const isLastLook = clock.now() >= deadlineMs;
    // A meter is not silent whose readings wait for a store that was away.
    if (isLastLook) await retrying({ ...context, what: "save meter readings" }, context.saveReadings);
    for (const siteId of siteIds) {
      if (found.has(siteId)) continue;
      const readings = await retrying({ ...context, what: "read meters" }, () =>
        enclosing(context.metering, siteId, interval),
      );
      if (readings !== null) found.set(siteId, readings);
    }
    if (found.size === siteIds.length) break;
    if (isLastLook) {
      const silent = siteIds.filter((siteId) => !found.has(siteId));
      logger.warn({ interval: interval.index, silent }, "settled without meters that stayed silent");
      break;
    }
    await sleep(clock, durationMs(context.pollMs), signal);
  }
  return [...found.values()].flat();
}

async function enclosing(
  metering: MeteringStore,
  siteId: SiteId,
  { startMs, endMs }: DeliveryInterval,
): Promise<readonly SignedMeterReading[] | null> {
  const readings = await Promise.all([
    metering.lastUpTo(siteId, startMs),
    metering.firstFrom(siteId, startMs),
    metering.lastUpTo(siteId, endMs),
    metering.firstFrom(siteId, endMs),
  ]);
  const found = readings.filter((reading) => reading !== null);
  return found.length < readings.length ? null : readingsInOrder(found);
}
