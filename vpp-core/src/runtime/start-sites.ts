import { createFleetStore, type FleetStore } from "../fleet/fleet-store.ts";
import type { SiteId } from "../grid/site.ts";
import type { Tariff } from "../grid/tariff.ts";
import type { Logger } from "../ports/logger.ts";
import type { SignedMeterReading } from "../ports/metering.ts";
import type { SettlementRail } from "../ports/settlement-rail.ts";
import type { BatchStore, MeteringStore, Store, TradeStore } from "../ports/store.ts";
import type { OrderSigner, TradingVenue } from "../ports/trading-venue.ts";
import { type Clock, type DurationMs, durationMs, type EpochMs, epochMs } from "../time/clock.ts";
import { type IntervalMinutes, intervalAt, intervalLength } from "../time/delivery-interval.ts";
import { systemClock } from "../time/system-clock.ts";
import { readingsInOrder } from "./readings-in-order.ts";
import { type SiteRunner, startSite } from "./site-runner.ts";
import type { ServiceContext } from "./start-services.ts";
import { saveKeptReadings } from "./unsaved-readings.ts";

/** Shortest control period, in the community's time and in real time, and real time for each device. */
const CONTROL_PERIOD_MS = 5_000;
const CONTROL_PERIOD_WALL_MS = 500;
const CONTROL_TIME_PER_DEVICE_MS = 5;

/** What is reported of a battery that does not do what it was told. */
const COMPLAINT_CODES = {
  "not-following": "DEVICE_NOT_FOLLOWING",
  "still-running": "DEVICE_STILL_RUNNING",
} as const;

/** What the loops of a running community work with. */
export interface CommunityContext {
  readonly venue: TradingVenue;
  readonly rail: SettlementRail;
  readonly store: Store;
  readonly trades: TradeStore;
  readonly metering: MeteringStore;
  readonly batches: BatchStore;
  readonly signers: ReadonlyMap<SiteId, OrderSigner>;
  readonly sites: readonly SiteRunner[];
  readonly siteIds: readonly SiteId[];
  readonly fleet: FleetStore;
  readonly tariff: Tariff;
  readonly minutes: IntervalMinutes;
  /** Seconds of community time per real second. */
  readonly speed: number;
  readonly clock: Clock;
  readonly wallClock: Clock;
  readonly pollMs: number;
  readonly logger: Logger;
}

/** Starts the control loops of all homes, and waits a while for their devices. */
export async function startSites(
  { config, everyone, directory, clock, logger, store, report }: ServiceContext,
  speed: number,
): Promise<CommunityContext> {
  const fleet = createFleetStore();
  const minutes = config.intervalMinutes;
  const deviceCount = config.sites.reduce((sum, site) => sum + site.devices.length, 0);
  const period = controlPeriod(minutes, speed, deviceCount);
  const ownedBefore = await store.ownership.list();
  const sites: SiteRunner[] = [];
  for (const member of everyone) {
    await saveKeptReadings(directory.folder("spool"), member.site.id, store.metering);
    const earlierReadings = await readingsAround(store.metering, member.site.id, clock.now(), minutes);
    sites.push(
      startSite(member.config, {
        clock,
        wallClock: systemClock,
        logger: logger.child({ component: "devices" }),
        store,
        fleet,
        tariff: config.tariff,
        minutes,
        controlPeriod: period,
        spoolDirectory: directory.folder("spool"),
        meterSigner: member.meterSigner,
        earlierReadings,
        ownedBefore,
        serving: {
          community: config.community,
          directory: directory.folder("dispatch"),
          onServing: (siteId, server, address) => report({ event: "serving", siteId, server, address }),
          onServerDown: (siteId, server, code, message) =>
            report({ event: "warning", component: `${siteId} ${server}`, code, message }),
        },
        onSilence: (device, problem) =>
          report({ event: "warning", component: device, code: "DEVICE_SILENT", message: problem }),
        onAnswer: (device) => report({ event: "recovered", component: device, message: "answers again" }),
        onBattery: (component, complaint, message) =>
          report(
            complaint === null
              ? { event: "recovered", component, message }
              : { event: "warning", component, code: COMPLAINT_CODES[complaint], message },
          ),
      }),
    );
  }
  await Promise.all(sites.map((site) => site.ready));
  return {
    venue: config.venue,
    rail: config.rail,
    store,
    trades: store.trades,
    metering: store.metering,
    batches: store.batches,
    signers: new Map(everyone.map((member) => [member.site.id, member.orderSigner])),
    sites,
    siteIds: everyone.map((member) => member.site.id),
    fleet,
    tariff: config.tariff,
    minutes,
    speed,
    clock,
    wallClock: systemClock,
    pollMs: period / 4,
    logger,
  };
}

/** The readings that enclose the start of the running interval, and the last one, oldest first. */
async function readingsAround(
  metering: MeteringStore,
  siteId: SiteId,
  now: EpochMs,
  minutes: IntervalMinutes,
): Promise<readonly SignedMeterReading[]> {
  const { startMs } = intervalAt(now, minutes);
  const readings = await Promise.all([
    metering.lastUpTo(siteId, startMs),
    metering.firstFrom(siteId, startMs),
    metering.lastUpTo(siteId, epochMs(Number.MAX_SAFE_INTEGER)),
  ]);
  return readingsInOrder(readings.filter((reading) => reading !== null));
}

/** A period that divides the interval, so that a control cycle falls on every boundary. */
function controlPeriod(minutes: IntervalMinutes, speed: number, deviceCount: number): DurationMs {
  const lengthMs = intervalLength(minutes);
  const wallMs = Math.max(CONTROL_PERIOD_WALL_MS, deviceCount * CONTROL_TIME_PER_DEVICE_MS);
  const shortestMs = Math.max(CONTROL_PERIOD_MS, wallMs * speed);
  return durationMs(lengthMs / Math.max(1, Math.floor(lengthMs / shortestMs)));
}
