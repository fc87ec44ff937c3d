import { randomBytes } from "node:crypto";
import { modbus, opcua } from "@commonwatt/device-adapters";
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
  nextInterval,
  openPostgresStore,
  priceMicroPerKwh,
  type RunningService,
  type SiteRunner,
  type Store,
  serveChild,
  siteId,
  startSite,
  systemClock,
  wattHours,
  watts,
} from "@commonwatt/vpp-core";
import { BATTERY_NAMES, type BatteryName, type ControllerInit } from "./lease-messages.ts";

const HOST = "127.0.0.1";
const MINUTES = 60;
/** Traded energy that no battery can deliver in time: it is kept at its limit for as long as we run. */
const TRADED_WH = 1_000_000;

function devicesOf(name: BatteryName, { lane, batteries }: ControllerInit): readonly DeviceConnector[] {
  const id = `${lane}-${name}`;
  if (name === "opcua") {
    const { endpointUrl, clientPkiDirectory, serverCertificateFile } = batteries;
    const trust = { pkiDirectory: clientPkiDirectory, serverCertificateFile };
    return [opcua({ id: `${id}/gateway`, endpointUrl, home: "home", ...trust })];
  }
  const port = name === "modbus" ? batteries.modbusPort : batteries.timerlessPort;
  return [
    modbus({ id: deviceId(`${id}/inverter`), host: HOST, port, unit: 1 }),
    modbus({ id: deviceId(`${id}/meter`), host: HOST, port, unit: 200 }),
  ];
}

/** One home with the control loop that every community runs, bound by what it traded to charge or discharge. */
function startHome(
  name: BatteryName,
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
      meterSigner: escrow().meterSigner(`0x${randomBytes(32).toString("hex")}`),
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

/** A controller of three homes, to be killed: the store, the drivers and the control loops are the real ones. */
async function start(init: ControllerInit): Promise<RunningService<null>> {
  const { connectionString, spoolDirectory } = init;
  const logger = createLogger("warn", true);
  const store = await openPostgresStore({ connectionString, logger, wallClock: systemClock, spoolDirectory });
  const ownedBefore = await store.ownership.list();
  const sites = BATTERY_NAMES.map((name) => startHome(name, init, store, ownedBefore));
  return {
    ready: null,
    stop: async () => {
      await Promise.all(sites.map((site) => site.stop()));
      await store.close();
    },
  };
}

serveChild(start);
