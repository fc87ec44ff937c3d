import { randomBytes } from "node:crypto";
import { modbus, modbusProfile, opcua } from "@commonwatt/device-adapters";
import { escrow } from "@commonwatt/settlement";
import {
  createFleetStore,
  createLogger,
  type DeviceConnector,
  type DeviceOwnership,
  deviceId,
  durationMs,
  epochMs,
  intervalAt,
  LEASE_CYCLES,
  type Logger,
  messageOf,
  nextInterval,
  openPostgresStore,
  type PvLimitControl,
  priceMicroPerKwh,
  type RunningService,
  type SiteRunner,
  type Store,
  serveChild,
  siteId,
  sleep,
  startSite,
  systemClock,
  wattHours,
  watts,
} from "@commonwatt/vpp-core";
import { type ControllerInit, TIMERLESS_NAMES, TIMERLESS_PROFILE } from "./lease-messages.ts";

const HOST = "127.0.0.1";
const MINUTES = 60;
/** Traded energy that no battery can deliver in time: it is kept at its limit for as long as we run. */
const TRADED_WH = 1_000_000;

/** The homes of a controller, each with one battery. */
const HOMES = ["model124", "model704", "opcua", ...TIMERLESS_NAMES] as const;
type HomeName = (typeof HOMES)[number];

/** What the solar power is held to while a controller lives. */
const PV_LIMIT_W = watts(1_000);

function devicesOf(name: HomeName, { lane, hardware }: ControllerInit): readonly DeviceConnector[] {
  const id = `${lane}-${name}`;
  const inverter = deviceId(`${id}/inverter`);
  const at = (port: number, unit: number) => ({ host: HOST, port, unit });
  const meter = (port: number) => modbus({ id: deviceId(`${id}/meter`), ...at(port, 200) });
  const hybrid = (port: number) => [modbus({ id: inverter, ...at(port, 1) }), meter(port)];
  const gateway = (home: string) => {
    const { endpointUrl, clientPkiDirectory: pkiDirectory, serverCertificateFile } = hardware;
    return [opcua({ id: `${id}/gateway`, endpointUrl, home, pkiDirectory, serverCertificateFile })];
  };
  switch (name) {
    case "model124":
      return hybrid(hardware.model124Port);
    case "model704":
      return hybrid(hardware.model704Port);
    case "model124Stuck":
      return hybrid(hardware.stuckPort);
    case "profile":
      return [
        modbusProfile({
          ...{ id: inverter, host: HOST, port: hardware.profilePort },
          ...{ profile: TIMERLESS_PROFILE, batteryCapacityWh: 20_000 },
        }),
        meter(hardware.profileMeterPort),
      ];
    case "opcua":
      return gateway("home");
    case "opcuaEndless":
      return gateway("endless");
  }
}

/** One home with the control loop that every community runs, bound by what it traded to charge or discharge. */
function startHome(
  name: HomeName,
  init: ControllerInit,
  store: Store,
  ownedBefore: readonly DeviceOwnership[],
): SiteRunner {
  const id = `${init.lane}-${name}`;
  const interval = intervalAt(systemClock.now(), MINUTES);
  const registers = { importWh: wattHours(0), exportWh: wattHours(0) };
  const takenAtMs = epochMs(interval.startMs - 1);
  const site = startSite(
    {
      id,
      devices: devicesOf(name, init),
      limits: { importPowerMaxW: watts(17_000), exportPowerMaxW: watts(12_000) },
      reserveWh: wattHours(0),
    },
    {
      clock: systemClock,
      wallClock: systemClock,
      logger: createLogger("warn", true),
      store,
      fleet: createFleetStore(),
      tariff: { retailPrice: priceMicroPerKwh(300_000), feedInPrice: priceMicroPerKwh(80_000) },
      minutes: MINUTES,
      controlPeriod: durationMs(init.controlPeriodMs),
      spoolDirectory: init.spoolDirectory,
      meterSigner: escrow().meterSigner("lease-test", `0x${randomBytes(32).toString("hex")}`),
      earlierReadings: [{ siteId: siteId(id), sequence: 0, takenAtMs, ...registers }],
      ownedBefore,
      onSilence: () => undefined,
      onAnswer: () => undefined,
      onBattery: () => undefined,
    },
  );
  const soldWh = wattHours(init.direction === "charge" ? -TRADED_WH : TRADED_WH);
  site.takePosition(interval, soldWh);
  site.takePosition(nextInterval(interval), soldWh);
  return site;
}

/** Limits the sun of every inverter that can be limited, by leases, until it is stopped. */
function limitSun(
  sites: readonly SiteRunner[],
  leaseMs: number,
  signal: AbortSignal,
  logger: Logger,
): Promise<void> {
  const limits = (): readonly PvLimitControl[] =>
    sites.flatMap(({ links }) => {
      const limit = links[0]?.device()?.pvLimit ?? null;
      return limit === null ? [] : [limit];
    });
  const all = async (command: (limit: PvLimitControl) => Promise<unknown>): Promise<void> => {
    for (const result of await Promise.allSettled(limits().map(command))) {
      if (result.status === "rejected") logger.warn({ error: messageOf(result.reason) }, "no limit");
    }
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      const now = systemClock.now();
      const lease = { pvPowerMaxW: PV_LIMIT_W, validUntilMs: epochMs(now + leaseMs), sequence: now };
      await all((limit) => limit.apply(lease));
      await sleep(systemClock, durationMs(leaseMs / 2), signal).catch(() => undefined);
    }
    await all((limit) => limit.release());
  };
  return run();
}

/** A controller of homes, to be killed: the store, the drivers and the control loops are the real ones. */
async function start(init: ControllerInit): Promise<RunningService<null>> {
  const { connectionString, spoolDirectory } = init;
  const logger = createLogger("warn", true);
  const store = await openPostgresStore({ connectionString, logger, wallClock: systemClock, spoolDirectory });
  const ownedBefore = await store.ownership.list();
  const sites = HOMES.map((name) => startHome(name, init, store, ownedBefore));
  const stopping = new AbortController();
  const limiting = limitSun(sites, init.controlPeriodMs * LEASE_CYCLES, stopping.signal, logger);
  return {
    ready: null,
    stop: async () => {
      stopping.abort();
      await limiting;
      await Promise.all(sites.map((site) => site.stop()));
      await store.close();
    },
  };
}

serveChild(start);
