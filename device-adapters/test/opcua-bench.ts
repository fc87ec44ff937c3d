import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type BatteryLease,
  CommonwattError,
  type Device,
  type EpochMs,
  epochMs,
  good,
  type PointReadings,
  type SimulatedClock,
  simulatedClock,
  watts,
} from "@commonwatt/vpp-core";
import { BenchPlant } from "../src/emulator/bench-plant.ts";
import { startRelay, type TcpRelay } from "../src/emulator/faults/tcp-relay.ts";
import { OpcuaBattery } from "../src/emulator/opcua-battery.ts";
import { provisionTrust } from "../src/opcua/application-certificate.ts";
import type { DerServerHome } from "../src/opcua/der-home.ts";
import { type DerServer, startDerServer } from "../src/opcua/der-server.ts";
import { type OpcuaOptions, opcua } from "../src/opcua/opcua-connector.ts";
import type { OpcuaUser } from "../src/opcua/opcua-link.ts";
import { testContext } from "./test-context.ts";

/** Midnight: the bench plant's sun is down. */
const START: EpochMs = epochMs(Date.UTC(2026, 5, 21));
const USER: OpcuaUser = { userName: "aggregator", password: "sun & wind" };

/** A server with two homes, `home-9` with a battery and `home-10` without, and a network to reach it by. */
export class OpcuaBench {
  readonly startMs: EpochMs = START;
  readonly user: OpcuaUser = USER;
  readonly clock: SimulatedClock = simulatedClock(START);
  readonly plant: BenchPlant = new BenchPlant({ startMs: START });
  readonly battery: OpcuaBattery = new OpcuaBattery(this.plant, this.clock);
  readonly directory: string;
  readonly trusted: Pick<OpcuaOptions, "pkiDirectory" | "serverCertificateFile">;
  /** What both homes report. */
  points: PointReadings = { gridPowerW: good(watts(-1_500), START) };
  #server: DerServer | null = null;
  #relay: TcpRelay | null = null;
  #sequence = 100;

  constructor(directory: string, serverCertificateFile: string) {
    this.directory = directory;
    this.trusted = { pkiDirectory: join(directory, "client"), serverCertificateFile };
  }

  get server(): DerServer {
    if (this.#server === null) throw new Error("the bench is not open");
    return this.#server;
  }

  get relay(): TcpRelay {
    if (this.#relay === null) throw new Error("the bench has no network");
    return this.#relay;
  }

  async open(): Promise<void> {
    this.#server = await startDerServer({
      host: "127.0.0.1",
      port: 0,
      pkiDirectory: join(this.directory, "server"),
      access: { users: [{ ...USER, mayCommand: true }], anonymous: "nothing" },
      homes: [this.#home("home-9", this.battery), this.#home("home-10", null)],
    });
  }

  /** A network and values as new, for the next test. */
  async renew(): Promise<void> {
    await this.#relay?.close();
    this.points = { gridPowerW: good(watts(-1_500), START) };
    this.#relay = await startRelay(this.server.port, { record: true });
  }

  /** Connects to `home-9` through the relay, with the right user and certificates, unless told otherwise. */
  connect(options: Partial<OpcuaOptions> = {}): Promise<Device> {
    return opcua({
      id: "home-9/gateway",
      endpointUrl: `opc.tcp://127.0.0.1:${this.relay.port}`,
      home: "home-9",
      user: USER,
      requestTimeoutMs: 1_000,
      publishingIntervalMs: 100,
      ...this.trusted,
      ...options,
    }).connect(testContext(this.clock));
  }

  /** The next lease in the order. */
  lease(powerW: number, lifeMs = 60_000): BatteryLease {
    this.#sequence += 1;
    const validUntilMs = epochMs(this.clock.now() + lifeMs);
    return { batteryPowerW: watts(powerW), validUntilMs, sequence: this.#sequence };
  }

  async close(): Promise<void> {
    await this.#relay?.close();
    this.battery.close();
    await this.#server?.close();
    await rm(this.directory, { recursive: true });
  }

  #home(name: string, battery: OpcuaBattery | null): DerServerHome {
    const identity = { manufacturer: "Acme", model: "Gateway", serialNumber: `S-${name}`, firmware: "1.2" };
    return { name, identity, sample: () => this.points, battery };
  }
}

/** Opens a bench in a folder of its own. */
export async function openOpcuaBench(): Promise<OpcuaBench> {
  const directory = await mkdtemp(join(tmpdir(), "commonwatt-opcua-"));
  const { serverCertificateFile } = await provisionTrust({
    clientPkiDirectory: join(directory, "client"),
    serverPkiDirectory: join(directory, "server"),
  });
  const bench = new OpcuaBench(directory, serverCertificateFile);
  await bench.open();
  return bench;
}

/** The code that a piece of work fails with, or `no error`. */
export async function codeOf(work: Promise<unknown> | undefined): Promise<string> {
  return Promise.resolve(work).then(
    () => "no error",
    (error: unknown) => (error instanceof CommonwattError ? error.code : String(error)),
  );
}
