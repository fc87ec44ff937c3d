import { join } from "node:path";
import { durationMs, type EpochMs, type Random, sleep, systemClock } from "@commonwatt/vpp-core";
import { startRelay, type TcpRelay } from "../emulator/faults/tcp-relay.ts";
import { type OpcuaEmulator, startOpcuaEmulator } from "../emulator/opcua-emulator.ts";
import { provisionTrust } from "../opcua/application-certificate.ts";
import { opcua } from "../opcua/opcua-connector.ts";
import { FaultRig, type RigPace } from "./fault-rig.ts";
import { RestlessPlant } from "./restless-plant.ts";
import { stepAfterOutage, type Tally } from "./tally.ts";

/** The pace at which OPC UA faults are injected; the adapter's own pauses begin with a quarter second. */
export const OPCUA_PACE: RigPace = { pollIntervalMs: 400, backOffBaseMs: 250, leaseMs: 120 };
const PUBLISHING_INTERVAL_MS = 50;
const REQUEST_TIMEOUT_MS = 400;
const CONNECT_TIMEOUT_MS = 3_000;
/** The server may give a sample of 20 ms again. */
const SAMPLE_LIFE_MS = 25;
/** Of so many faults one is a restart of the server, which takes some seconds. */
const FAULTS_PER_RESTART = 100;
const HOME = "home-1";

type Hit = "cut" | "cut-down" | "freeze" | "freeze-long" | "delay" | "restart";
const USUAL_HITS: readonly Hit[] = ["cut", "cut-down", "freeze", "freeze-long", "delay"];

/** An emulated OPC UA home behind a network that goes wrong, and the client that lives with it. */
export class OpcuaFaults {
  readonly #name: string;
  readonly #directory: string;
  readonly #tally: Tally;
  readonly #random: Random;
  readonly #plant: RestlessPlant;
  #running: { emulator: OpcuaEmulator; readonly relay: TcpRelay; readonly rig: FaultRig } | null = null;
  #injected = 0;

  constructor(name: string, directory: string, random: Random, tally: Tally) {
    this.#name = name;
    this.#directory = directory;
    this.#random = random;
    this.#tally = tally;
    this.#plant = new RestlessPlant(name, systemClock, (window) => {
      if (window !== null) this.#running?.rig.noteCommand(window.minW);
    });
  }

  async open(): Promise<void> {
    const clientPkiDirectory = join(this.#directory, "client");
    const sides = { clientPkiDirectory, serverPkiDirectory: join(this.#directory, "server") };
    const { serverCertificateFile } = await provisionTrust(sides);
    const emulator = await this.#startEmulator(0);
    const relay = await startRelay(emulator.port);
    const device = opcua({
      id: this.#name,
      endpointUrl: `opc.tcp://127.0.0.1:${relay.port}`,
      home: HOME,
      pkiDirectory: clientPkiDirectory,
      serverCertificateFile,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      publishingIntervalMs: PUBLISHING_INTERVAL_MS,
    });
    const rig = new FaultRig({
      connectors: [device],
      plant: this.#plant,
      tally: this.#tally,
      pace: OPCUA_PACE,
      // A good value was true at its own source time; a sample that ends a command is stamped just before.
      span: (sourceTimeMs) => [sourceTimeMs - SAMPLE_LIFE_MS, sourceTimeMs + SAMPLE_LIFE_MS],
    });
    this.#running = { emulator, relay, rig };
    await rig.start();
  }

  /** Injects one fault and waits for the recovery from it. */
  async inject(): Promise<void> {
    const { rig } = this.#opened();
    this.#injected += 1;
    const isRestart = this.#injected % FAULTS_PER_RESTART === 0;
    const usual = USUAL_HITS[this.#random.integer(0, USUAL_HITS.length - 1)] ?? "cut";
    const name: Hit = isRestart ? "restart" : usual;
    rig.fault = `opcua ${name}`;
    const fromMs = systemClock.now();
    const endMs = await this.#hit(name);
    const outageMs = name === "cut-down" || name === "restart" ? endMs - fromMs : 0;
    this.#tally.noteFault(`opcua ${name}`);
    await rig.recover(`opcua ${name}`, endMs, stepAfterOutage(OPCUA_PACE.backOffBaseMs, outageMs));
  }

  async close(): Promise<void> {
    const { emulator, relay, rig } = this.#opened();
    await rig.stop();
    await relay.close();
    await emulator.close();
  }

  #opened(): { emulator: OpcuaEmulator; readonly relay: TcpRelay; readonly rig: FaultRig } {
    if (this.#running === null) throw new Error("the emulator is not open");
    return this.#running;
  }

  #startEmulator(port: number): Promise<OpcuaEmulator> {
    const identity = { manufacturer: "Acme", model: "Gateway", serialNumber: this.#name, firmware: "1" };
    return startOpcuaEmulator({
      port,
      clock: systemClock,
      pkiDirectory: join(this.#directory, "server"),
      homes: [{ name: HOME, plant: this.#plant, identity }],
    });
  }

  async #hit(name: Hit): Promise<EpochMs> {
    const running = this.#opened();
    const { relay } = running;
    // Not always at the same place of a poll.
    await this.#wait(0, OPCUA_PACE.pollIntervalMs);
    if (name === "cut") relay.cut(false);
    else if (name === "cut-down") {
      relay.cut(true);
      await this.#wait(50, 600);
      relay.cut(false);
    } else if (name === "freeze" || name === "freeze-long") {
      relay.freeze();
      // Long enough for commands to time out and end, and for the client to give the connection up.
      await (name === "freeze" ? this.#wait(50, 500) : this.#wait(600, 1_200));
      relay.thaw();
    } else if (name === "delay") {
      relay.delay(this.#random.integer(10, 150));
      await this.#wait(100, 800);
      relay.delay(0);
    } else {
      await running.emulator.close();
      running.emulator = await this.#startEmulator(running.emulator.port);
    }
    return systemClock.now();
  }

  #wait(minMs: number, maxMs: number): Promise<void> {
    return sleep(systemClock, durationMs(this.#random.integer(minMs, maxMs)));
  }
}
