import { createConnection } from "node:net";
import {
  type DeviceConnector,
  deviceId,
  durationMs,
  type EpochMs,
  epochMs,
  type Random,
  sleep,
  systemClock,
} from "@commonwatt/vpp-core";
import type { WireFaultName } from "../emulator/faults/fault.ts";
import { FaultyWire } from "../emulator/faults/faulty-wire.ts";
import { NO_REGISTER_FAULTS, type RegisterFaults } from "../emulator/faults/register-faults.ts";
import { type SunSpecEmulator, startSunSpecEmulator } from "../emulator/sunspec-emulator.ts";
import type { SunSpecEmulatorUnit } from "../emulator/sunspec-unit.ts";
import { modbus } from "../sunspec/sunspec-connector.ts";
import { FaultRig, type RigPace } from "./fault-rig.ts";
import { RestlessPlant } from "./restless-plant.ts";
import { stepAfterOutage, type Tally } from "./tally.ts";

/** The pace at which Modbus faults are injected: some ten times as fast as a home is polled. */
export const MODBUS_PACE: RigPace = { pollIntervalMs: 200, backOffBaseMs: 80, leaseMs: 130 };
/** One call; half a poll interval, so that one that runs out leaves room for the next. */
const REQUEST_TIMEOUT_MS = 100;
const HOST = "127.0.0.1";
const HYBRID_UNIT = 1;
const METER_UNIT = 200;
/** Exchanges let through before a fault hits: it may hit any request of a poll or a command. */
const EXCHANGES_BEFORE_MAX = 12;
/** 100 % of model 124 in raw units; 5,000 W, so that one watt is two units. */
const RAW_PER_WATT = 2;
const RATE_OPEN = 10_000;

/** Faults that hit one exchange. */
const EXCHANGE_FAULTS: readonly WireFaultName[] = [
  "reset",
  "end",
  "half-open",
  "lost",
  "delay",
  "busy",
  "truncated",
  "wrong-transaction",
  "wrong-unit",
  "coalesced",
  "byte-by-byte",
];

/** Faults of the registers, each for a while. */
const REGISTER_STATES: Readonly<Record<string, Partial<RegisterFaults>>> = {
  "moving-scale": { scaleMoved: true },
  night: { night: true },
  "length-change": { longer: true },
  "no-end-model": { noEndModel: true, longer: true },
  eeprom: { writesMax: 0 },
  "stuck-timer": { timerStuck: true },
};

/** Faults of the connection, each for a while. */
const OUTAGES = ["single-client-refused", "single-client-unheard", "deaf"] as const;

type Inject = (random: Random) => Promise<EpochMs>;

/** An emulated inverter with its meter behind a wire that goes wrong, and the clients that live with it. */
export class ModbusFaults {
  readonly #tally: Tally;
  readonly #random: Random;
  readonly #wire = new FaultyWire();
  readonly #plant: RestlessPlant;
  readonly #faults: readonly (readonly [string, Inject])[];
  #registers: RegisterFaults = NO_REGISTER_FAULTS;
  #commandedW: number | null = null;
  #running: { readonly emulator: SunSpecEmulator; readonly rig: FaultRig } | null = null;

  constructor(name: string, random: Random, tally: Tally) {
    this.#tally = tally;
    this.#random = random;
    this.#plant = new RestlessPlant(name, systemClock);
    this.#faults = [
      ...EXCHANGE_FAULTS.map((fault) => [fault, () => this.#hitExchange(fault)] as const),
      ...Object.entries(REGISTER_STATES).map(
        ([fault, state]) => [fault, () => this.#hitRegisters(state)] as const,
      ),
      ...OUTAGES.map((fault) => [fault, () => this.#hitConnection(fault)] as const),
    ];
  }

  async open(): Promise<void> {
    const emulator = await startSunSpecEmulator({
      host: HOST,
      port: 0,
      clock: systemClock,
      wire: this.#wire,
      registerFaults: () => this.#registers,
      onCommand: (_unit, assignments) => this.#noteCommand(assignments),
      units: [this.#unit(HYBRID_UNIT, "hybrid"), this.#unit(METER_UNIT, "meter")],
    });
    const rig = new FaultRig({
      connectors: [HYBRID_UNIT, METER_UNIT].map((unit) => connector(emulator.port, unit)),
      plant: this.#plant,
      tally: this.#tally,
      pace: MODBUS_PACE,
      span: (_sourceTimeMs, fromMs, toMs) => [fromMs, toMs],
    });
    this.#running = { emulator, rig };
    await rig.start();
  }

  /** Injects one fault and waits for the recovery from it. */
  async inject(): Promise<void> {
    const { rig } = this.#opened();
    const [name, hit] = this.#faults[this.#random.integer(0, this.#faults.length - 1)] ?? ["none", null];
    if (hit === null) return;
    rig.fault = name;
    const fromMs = systemClock.now();
    const endMs = await hit(this.#random);
    this.#tally.noteFault(`modbus ${name}`);
    await rig.recover(
      name,
      endMs,
      stepAfterOutage(MODBUS_PACE.backOffBaseMs, outageOf(name, endMs - fromMs)),
    );
  }

  async close(): Promise<void> {
    const { emulator, rig } = this.#opened();
    await rig.stop();
    await emulator.close();
  }

  #opened(): { readonly emulator: SunSpecEmulator; readonly rig: FaultRig } {
    if (this.#running === null) throw new Error("the emulator is not open");
    return this.#running;
  }

  #unit(unit: number, kind: "hybrid" | "meter"): SunSpecEmulatorUnit {
    const identity = { manufacturer: "Acme", model: kind, serialNumber: `S-${kind}`, firmware: "1" };
    return { unit, plant: this.#plant, kind, identity };
  }

  /** The window of a command is open by two raw units a watt; the mode that starts it comes after it. */
  #noteCommand(assignments: readonly { readonly point: string; readonly value: number }[]): void {
    for (const { point, value } of assignments) {
      if (point === "OutWRte") this.#commandedW = value === RATE_OPEN ? null : value / RAW_PER_WATT;
      const commands = point === "OutWRte" || point === "StorCtl_Mod";
      if (commands && this.#commandedW !== null) this.#running?.rig.noteCommand(this.#commandedW);
    }
  }

  /** Spoils one of the next exchanges. */
  async #hitExchange(name: WireFaultName): Promise<EpochMs> {
    let before = this.#random.integer(0, EXCHANGES_BEFORE_MAX);
    // A delay within the deadline or beyond it.
    const parameter = this.#random.integer(5, 3 * REQUEST_TIMEOUT_MS);
    return new Promise((resolve) => {
      this.#wire.choose = () => {
        if (before-- > 0) return null;
        this.#wire.choose = () => null;
        resolve(systemClock.now());
        return { name, parameter };
      };
    });
  }

  async #hitRegisters(state: Partial<RegisterFaults>): Promise<EpochMs> {
    this.#registers = { ...NO_REGISTER_FAULTS, ...state };
    await this.#wait(50, 2 * MODBUS_PACE.pollIntervalMs);
    this.#registers = NO_REGISTER_FAULTS;
    return systemClock.now();
  }

  async #hitConnection(name: (typeof OUTAGES)[number]): Promise<EpochMs> {
    if (name === "deaf") {
      const deafMs = this.#random.integer(20, REQUEST_TIMEOUT_MS);
      this.#wire.deafAfterConnectMs = deafMs;
      this.#wire.resetAll();
      const endMs = epochMs(systemClock.now() + deafMs);
      await this.#opened().rig.nextPoll();
      await this.#opened().rig.nextPoll();
      this.#wire.deafAfterConnectMs = 0;
      return endMs;
    }
    this.#wire.resetAll();
    const intruder = createConnection(this.#opened().emulator.port, HOST);
    intruder.on("error", () => intruder.destroy());
    await new Promise((resolve) => intruder.once("connect", resolve));
    this.#wire.others = name === "single-client-refused" ? "refused" : "unheard";
    await this.#wait(20, 2 * MODBUS_PACE.pollIntervalMs);
    this.#wire.others = "served";
    intruder.destroy();
    return systemClock.now();
  }

  #wait(minMs: number, maxMs: number): Promise<void> {
    return sleep(systemClock, durationMs(this.#random.integer(minMs, maxMs)));
  }
}

/** How long nobody could be reached, for faults that make the client back off. */
function outageOf(name: string, lastedMs: number): number {
  return name.startsWith("single-client") ? lastedMs : 0;
}

function connector(port: number, unit: number): DeviceConnector {
  return modbus({
    id: deviceId(`unit-${unit}`),
    host: HOST,
    port,
    unit,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    backOffBaseMs: MODBUS_PACE.backOffBaseMs,
  });
}
