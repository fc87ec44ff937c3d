import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createFleetStore,
  deviceId,
  durationMs,
  priceMicroPerKwh,
  type SiteRunner,
  type Store,
  startSite,
  systemClock,
  wattHours,
  watts,
} from "@commonwatt/vpp-core";
import { BenchPlant } from "../src/emulator/bench-plant.ts";
import { startSunSpecEmulator } from "../src/emulator/sunspec-emulator.ts";
import { applicationCertificate } from "../src/opcua/application-certificate.ts";
import { opcuaSiteServer } from "../src/sharing/opcua-site-server.ts";
import { sunspecFacade } from "../src/sharing/sunspec-facade.ts";
import { modbus } from "../src/sunspec/sunspec-connector.ts";
import { testContext } from "./test-context.ts";

const CONTROL_PERIOD = durationMs(500);
const HOST = "127.0.0.1";
const HOME = "home-1";

/** Without sun, so that what the battery does by itself is the same at any time of day. */
const RATINGS = {
  ...{ pvPeakW: watts(0), inverterPowerMaxW: watts(8_000), batteryCapacityWh: wattHours(10_000) },
  ...{ chargePowerMaxW: watts(5_000), dischargePowerMaxW: watts(5_000) },
};

/** Users of the home's OPC UA server. */
export const EMS_USER = { userName: "ems", password: "sun & wind" };
/** See {@link EMS_USER}; this one may only read. */
export const READER_USER = { userName: "reader", password: "looks only" };

/** A running home with emulated hardware, its own control loop, and both servers that share it. */
export class SharedHome {
  readonly directory: string;
  readonly plant: BenchPlant = new BenchPlant({ startMs: systemClock.now(), ratings: RATINGS });
  /** How often its hardware was commanded, and how often anybody connected to it. */
  commands = 0;
  #hardware: Awaited<ReturnType<typeof startSunSpecEmulator>> | null = null;
  #site: SiteRunner | null = null;
  readonly #addresses = new Map<string, string>();
  readonly problems: string[] = [];

  constructor(directory: string) {
    this.directory = directory;
  }

  get site(): SiteRunner {
    if (this.#site === null) throw new Error("the home does not run");
    return this.#site;
  }

  get pkiDirectory(): string {
    return join(this.directory, "server");
  }

  async serverCertificateFile(): Promise<string> {
    return (await applicationCertificate(this.pkiDirectory, "server")).certificateFile;
  }

  get facadePort(): number {
    return Number(/:(\d+) /.exec(this.#addresses.get("SunSpec façade") ?? "")?.[1]);
  }

  get endpointUrl(): string {
    return (this.#addresses.get("OPC UA server") ?? "").split(" ")[0] ?? "";
  }

  async startHardware(): Promise<void> {
    const identity = { manufacturer: "Acme", model: "Hybrid", serialNumber: "H-1", firmware: "1" };
    this.#hardware = await startSunSpecEmulator({
      host: HOST,
      port: 0,
      clock: systemClock,
      units: [
        { unit: 1, plant: this.plant, kind: "hybrid", identity },
        { unit: 200, plant: this.plant, kind: "meter", identity: { ...identity, serialNumber: "M-1" } },
      ],
      onCommand: () => {
        this.commands += 1;
      },
    });
  }

  /** Starts the home's control loop and its servers, as after a restart of the process. */
  async startSite(): Promise<void> {
    const at = { host: HOST, port: this.#hardware?.port ?? 0 };
    const { clock, wallClock, logger } = testContext(systemClock);
    const users = [{ ...EMS_USER, mayCommand: true }, READER_USER];
    this.#site = startSite(
      {
        id: HOME,
        devices: [
          modbus({ id: deviceId(`${HOME}/inverter`), ...at, unit: 1 }),
          modbus({ id: deviceId(`${HOME}/meter`), ...at, unit: 200 }),
        ],
        limits: { importPowerMaxW: watts(17_000), exportPowerMaxW: watts(12_000) },
        reserveWh: wattHours(1_000),
        servers: [
          sunspecFacade({ port: 0 }),
          opcuaSiteServer({ port: 0, pkiDirectory: this.pkiDirectory, users }),
        ],
      },
      {
        ...{
          clock,
          wallClock,
          logger,
          minutes: 15,
          controlPeriod: CONTROL_PERIOD,
          spoolDirectory: this.directory,
        },
        store: forgetfulStore(),
        fleet: createFleetStore(),
        tariff: { retailPrice: priceMicroPerKwh(300_000), feedInPrice: priceMicroPerKwh(80_000) },
        meterSigner: {
          meterKey: "0x",
          sign: (reading) => ({ ...reading, meterKey: "0x", signature: "0x" }),
          signRecord: () => "0x",
        },
        earlierReadings: [],
        ownedBefore: [],
        serving: {
          community: "street",
          directory: this.directory,
          onServing: (_site, server, address) => void this.#addresses.set(server, address),
          onServerDown: (_site, server, code, problem) =>
            void this.problems.push(`${server} ${code}: ${problem}`),
        },
        onSilence: () => undefined,
        onAnswer: () => undefined,
        onBattery: () => undefined,
      },
    );
    await this.#site.ready;
  }

  async stopSite(): Promise<void> {
    await this.#site?.stop();
    this.#site = null;
  }

  async stop(): Promise<void> {
    await this.stopSite();
    await this.#hardware?.close();
    await rm(this.directory, { recursive: true });
  }
}

/** Starts a home in a folder of its own. */
export async function startSharedHome(): Promise<SharedHome> {
  const home = new SharedHome(await mkdtemp(join(tmpdir(), "commonwatt-shared-")));
  await home.startHardware();
  await home.startSite();
  return home;
}

/** Keeps nothing: what a home reads is not what is looked at here. */
function forgetfulStore(): Store {
  const forget = async (): Promise<void> => undefined;
  return {
    readings: { append: () => undefined },
    metering: { save: forget },
    ownership: { save: forget, clear: forget },
    wear: { claim: forget, claimsSince: async () => [] },
  } as unknown as Store;
}
