import type { PointReadings } from "../der/reading.ts";
import { batteryOutlook } from "../dispatch/battery-outlook.ts";
import { quotes } from "../dispatch/bid-strategy.ts";
import type { GridCommand, Position } from "../dispatch/decide.ts";
import { type Forecaster, persistence, powerHistory } from "../dispatch/forecast.ts";
import { agedImage, type SiteImage, siteImage } from "../dispatch/site-image.ts";
import { type SiteController, startSiteController } from "../dispatch/site-machine.ts";
import { withinConnection } from "../dispatch/within-connection.ts";
import { messageOf } from "../errors/commonwatt-error.ts";
import type { FleetStore } from "../fleet/fleet-store.ts";
import { type SiteId, siteId as toSiteId } from "../grid/site.ts";
import type { Tariff } from "../grid/tariff.ts";
import type { MeterReading, MeterSigner } from "../ports/metering.ts";
import type { Store } from "../ports/store.ts";
import type { OrderIntent } from "../ports/trading-venue.ts";
import { durationMs, epochMs, sleep, sleepUntil } from "../time/clock.ts";
import { type DeliveryInterval, type IntervalMinutes, intervalAt } from "../time/delivery-interval.ts";
import { type WattHours, wattHours } from "../units/energy.ts";
import type { PriceMicroPerKwh } from "../units/price.ts";
import type { SiteConfig } from "./config.ts";
import { type DeviceLink, type DeviceLinkContext, linkDevice } from "./device-link.ts";
import { keptSequence } from "./kept-sequence.ts";
import { meterRecorder } from "./meter-recorder.ts";
import { readingRows } from "./reading-rows.ts";
import { SiteBatteries, type SiteBatteriesContext } from "./site-batteries.ts";
import { type OwnDispatch, siteDispatch } from "./site-dispatch.ts";
import { type ServingContext, type SiteServing, siteIdentity, siteServing } from "./site-serving.ts";
import { type UnsavedReadings, unsavedReadings } from "./unsaved-readings.ts";

/** After how many control cycles without news a value is stale. */
const STALE_CYCLES = 4;
/** How long a new site waits for its devices before it begins with those that answer, in real time. */
const REACH_TIMEOUT_MS = durationMs(8_000);
/** How far back a forecast looks. */
const HISTORY_MS = durationMs(15 * 60_000);

/** What a site needs in order to run. */
export interface SiteRunnerContext extends DeviceLinkContext, SiteBatteriesContext {
  readonly store: Store;
  readonly fleet: FleetStore;
  readonly tariff: Tariff;
  readonly minutes: IntervalMinutes;
  /** A folder for what the store does not take before the end. */
  readonly spoolDirectory: string;
  readonly meterSigner: MeterSigner;
  /** What the meter signed before, oldest first; see `meterRecorder`. */
  readonly earlierReadings: readonly MeterReading[];
  /** What the site's servers need; without it they stay down. */
  readonly serving?: ServingContext;
}

/** One home, running. */
export interface SiteRunner {
  readonly siteId: SiteId;
  readonly links: readonly DeviceLink[];
  /** Settles when the devices were read for the first time, or have been silent for too long. */
  readonly ready: Promise<void>;
  /**
   * What the site would still like to trade in an interval, beside what it has traded there already; nothing
   * when it knows too little or has opted out.
   */
  intents(interval: DeliveryInterval, referencePrice: PriceMicroPerKwh): readonly OrderIntent[];
  /** Takes on what was traded for an interval so far. */
  takePosition(interval: DeliveryInterval, netSoldWh: WattHours): void;
  /** Waits until every signed meter reading is in the store; throws as the store does. */
  saveReadings(): Promise<void>;
  setOptedOut(optedOut: boolean): void;
  setVenueReachable(reachable: boolean): void;
  /** Returns the battery to its own mode and lets go of every device. */
  stop(): Promise<void>;
}

/** Starts the control loop of one home. */
export function startSite(config: SiteConfig, context: SiteRunnerContext): SiteRunner {
  return new Runner(config, context);
}

class Runner implements SiteRunner {
  readonly siteId: SiteId;
  readonly links: readonly DeviceLink[];
  readonly #config: SiteConfig;
  readonly #context: SiteRunnerContext;
  readonly #controller: SiteController;
  readonly #batteries: SiteBatteries;
  readonly #recorder: ReturnType<typeof meterRecorder>;
  readonly #history = powerHistory(HISTORY_MS);
  readonly #forecaster: Forecaster;
  readonly #positions = new Map<number, { interval: DeliveryInterval; netSoldWh: WattHours }>();
  readonly #unsaved: UnsavedReadings;
  readonly #aborter = new AbortController();
  readonly #loop: Promise<void>;
  readonly #serving: SiteServing | null;
  readonly ready: Promise<void>;
  readonly #markReady: () => void;
  #image: SiteImage | null = null;
  #optedOut = false;
  #dispatch: OwnDispatch | null = null;
  /** Ends the pause between two control cycles. */
  #waker = new AbortController();

  constructor(config: SiteConfig, context: SiteRunnerContext) {
    this.siteId = toSiteId(config.id);
    this.#config = config;
    this.#context = context;
    this.#forecaster = config.forecaster ?? persistence;
    this.#unsaved = unsavedReadings({ siteId: this.siteId, metering: context.store.metering, ...context });
    const deviceContext = { ...context, wear: context.store.wear };
    this.links = config.devices.map((connector) =>
      linkDevice(connector, deviceContext, (live) => context.fleet.updateDevice(this.siteId, live)),
    );
    context.fleet.addSite(
      this.siteId,
      this.links.map((link) => link.live()),
    );
    this.#batteries = new SiteBatteries(this.links, context);
    this.#recorder = meterRecorder(
      this.siteId,
      context.meterSigner,
      context.minutes,
      context.controlPeriod * 1.5,
      context.earlierReadings,
    );
    this.#controller = startSiteController({
      limits: config.limits,
      reserveWh: config.reserveWh,
      horizonMs: context.controlPeriod,
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#serving = this.#openServing();
    this.ready = promise.then(() => this.#serving?.start());
    this.#markReady = resolve;
    this.#loop = this.#run();
  }

  async #run(): Promise<void> {
    const { clock, wallClock, controlPeriod, logger } = this.#context;
    const reached = Promise.all(this.links.map((link) => link.firstReached));
    const patience = sleep(wallClock, REACH_TIMEOUT_MS, this.#aborter.signal).catch(() => undefined);
    await Promise.race([reached, patience]);
    while (!this.#aborter.signal.aborted) {
      try {
        await this.#cycle();
      } catch (error) {
        logger.error({ site: this.siteId, error: messageOf(error) }, "control cycle failed");
      }
      this.#markReady();
      const boundaryMs = (Math.floor(clock.now() / controlPeriod) + 1) * controlPeriod;
      const nextMs = epochMs(Math.min(boundaryMs, this.#dispatch?.endsAtMs() ?? boundaryMs));
      await sleepUntil(clock, nextMs, this.#waker.signal).catch(() => undefined);
      this.#waker = new AbortController();
    }
  }

  #openServing(): SiteServing | null {
    const { clock, serving } = this.#context;
    const { servers = [] } = this.#config;
    if (serving === undefined || servers.length === 0) return null;
    const dispatched = {
      isOptedOut: () => this.#optedOut,
      // One that has not been reached yet may have one.
      hasBattery: () => this.links.some((link) => link.device()?.battery !== null),
      follow: (command: GridCommand) => {
        this.#controller.send({ type: "gridCommand", command });
        this.#waker.abort();
      },
      decision: () => this.#controller.decision(),
    };
    const dispatch = siteDispatch(dispatched, keptSequence(serving.directory, this.siteId), clock);
    this.#dispatch = dispatch;
    const points = (): PointReadings => this.#points();
    const site = { ...siteIdentity(serving.community, this.siteId), points, dispatch };
    return siteServing(servers, site, this.#context, serving);
  }

  #points(): PointReadings {
    const { clock, controlPeriod } = this.#context;
    if (this.#image === null) return {};
    return agedImage(this.#image, clock.now(), durationMs(controlPeriod * STALE_CYCLES));
  }

  async #cycle(): Promise<void> {
    const { clock, controlPeriod, store, fleet } = this.#context;
    const readings = (await Promise.all(this.links.map((link) => link.read()))).filter(
      (reading) => reading !== null,
    );
    if (readings.length === 0) return;
    const nowMs = clock.now();
    const staleAfter = durationMs(controlPeriod * STALE_CYCLES);
    const image = siteImage(readings, nowMs, staleAfter);
    this.#batteries.observe(readings, image);
    this.#image = siteImage(this.#batteries.trusted(readings), nowMs, staleAfter);
    this.#history.add(image);
    const signed = this.#recorder.observe(image);
    if (signed !== null) this.#unsaved.add(signed);
    else this.#unsaved.retry();
    store.readings.append(readings.flatMap((reading) => readingRows(this.siteId, reading)));
    const position = this.#position();
    const batteryDoubt = this.#batteries.restReason();
    this.#controller.send({ type: "cycle", nowMs, image, position, batteryDoubt });
    const decision = this.#controller.decision();
    await this.#batteries.command(decision.setpointW);
    fleet.updateSite(this.siteId, {
      mode: this.#controller.mode(),
      optedOut: this.#optedOut,
      decision,
      image: this.#image,
      batteries: this.#batteries.live(),
      netSoldWh: position?.netSoldWh ?? wattHours(0),
    });
  }

  #position(): Position | null {
    const interval = intervalAt(this.#context.clock.now(), this.#context.minutes);
    for (const index of this.#positions.keys()) {
      if (index < interval.index) this.#positions.delete(index);
    }
    const position = this.#positions.get(interval.index);
    return position === undefined ? null : { ...position, netImportedWh: this.#recorder.netImportedWh() };
  }

  intents(interval: DeliveryInterval, referencePrice: PriceMicroPerKwh): readonly OrderIntent[] {
    const recent = this.#history.recent();
    const mode = this.#controller.mode();
    if (recent === null || this.#image === null || this.#optedOut || mode === "fault") return [];
    const forecast = this.#forecaster(interval, recent);
    const netSoldWh = this.#positions.get(interval.index)?.netSoldWh ?? wattHours(0);
    const quoted = quotes({
      netLoadWh: wattHours(forecast.loadWh - forecast.pvWh),
      netSoldWh,
      battery: batteryOutlook({
        image: this.#image,
        interval,
        recent,
        pvWh: forecast.pvWh,
        reserveWh: this.#config.reserveWh,
        position: this.#position(),
      }),
      tariff: this.#context.tariff,
      referencePrice,
    });
    return withinConnection(quoted, this.#config.limits, interval, netSoldWh).map((quote) => {
      return { siteId: this.siteId, intervalIndex: interval.index, ...quote };
    });
  }

  takePosition(interval: DeliveryInterval, netSoldWh: WattHours): void {
    this.#positions.set(interval.index, { interval, netSoldWh });
  }

  saveReadings(): Promise<void> {
    return this.#unsaved.flush();
  }

  setOptedOut(optedOut: boolean): void {
    this.#optedOut = optedOut;
    this.#controller.send({ type: optedOut ? "optOut" : "optIn" });
  }

  setVenueReachable(reachable: boolean): void {
    this.#controller.send({ type: reachable ? "venueBack" : "venueLost" });
  }

  async stop(): Promise<void> {
    await this.#serving?.stop();
    this.#aborter.abort();
    this.#waker.abort();
    await this.#loop;
    this.#controller.stop();
    for (const link of this.links) {
      await this.#batteries.letGo(link).catch((error: unknown) => {
        this.#context.logger.error({ site: this.siteId, error: messageOf(error) }, "release failed");
      });
      await link.stop();
    }
    await this.#unsaved.close();
  }
}
