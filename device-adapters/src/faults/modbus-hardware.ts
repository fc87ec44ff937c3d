import { createConnection, type Socket } from "node:net";
import {
  durationMs,
  type EpochMs,
  epochMs,
  type PointName,
  type Random,
  sleep,
  systemClock,
} from "@commonwatt/vpp-core";
import { type Fault, WIRE_FAULTS, type WireFaultName } from "../emulator/faults/fault.ts";
import { FaultyWire } from "../emulator/faults/faulty-wire.ts";
import { NO_REGISTER_FAULTS, type RegisterFaults } from "../emulator/faults/register-faults.ts";
import type { BatteryWindow } from "../emulator/plant.ts";
import { ProfileRegisters } from "../emulator/profile/profile-unit.ts";
import { startSunSpecEmulator } from "../emulator/sunspec-emulator.ts";
import { startModbusServer, type WireHook } from "../modbus/modbus-server.ts";
import { DEVICE_KINDS, type DeviceKind, METER_UNIT, type Pace, TIMER_FAULTS, UNIT } from "./device-kinds.ts";
import type { DeviceNotes, EmulatedDevice } from "./emulated-device.ts";
import type { Injected } from "./fault-messages.ts";
import { profileOf } from "./fault-profiles.ts";
import { RestlessPlant, type Verdict } from "./restless-plant.ts";
import { startRtuLine } from "./rtu-line.ts";

const HOST = "127.0.0.1";
/** Exchanges let through before a fault hits: it may hit any request of a poll or a command. */
const EXCHANGES_BEFORE_MAX = 12;
/** 100 % of model 124 in raw units; 5,000 W, so that one watt is two units. */
const RAW_PER_WATT = 2;
const RATE_OPEN = 10_000;
/** The shortest reversion timer is a second; this is beyond its end. */
const TIMER_OVER_MS = 1_500;

/** Faults of the registers, each for a while. */
const REGISTER_STATES: Readonly<Record<string, Partial<RegisterFaults>>> = {
  "moving-scale": { scaleMoved: true },
  night: { night: true },
  "length-change": { longer: true },
  "no-end-model": { noEndModel: true, longer: true },
  eeprom: { writesMax: 0 },
};

interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** An emulated Modbus device behind a wire that goes wrong. */
export class ModbusHardware implements EmulatedDevice {
  readonly #kind: DeviceKind;
  readonly #pace: Pace;
  readonly #random: Random;
  readonly #notes: DeviceNotes;
  readonly #plant: RestlessPlant;
  readonly #wire = new FaultyWire();
  #chooseOnLine: () => { readonly name: string; readonly parameter: number } | null = () => null;
  #connectedAtMs: EpochMs = epochMs(0);
  #registers: RegisterFaults = NO_REGISTER_FAULTS;
  #commandedW: number | null = null;
  #listening: Listening | null = null;

  private constructor(name: string, kind: DeviceKind, random: Random, notes: DeviceNotes) {
    this.#kind = kind;
    this.#pace = DEVICE_KINDS[kind].pace;
    this.#random = random;
    this.#notes = notes;
    const isProfile = kind !== "sunspec";
    this.#plant = new RestlessPlant(name, systemClock.now(), (window) => {
      if (isProfile) this.#noteWindow(window);
    });
    this.#wire.garbageAfterFirst = kind === "hang-up-profile";
  }

  static async start(
    name: string,
    kind: DeviceKind,
    random: Random,
    notes: DeviceNotes,
  ): Promise<ModbusHardware> {
    const device = new ModbusHardware(name, kind, random, notes);
    device.#listening = await device.#listen();
    return device;
  }

  get port(): number {
    return this.#listening?.port ?? 0;
  }

  judge(point: PointName, value: number, fromMs: number, toMs: number): Verdict {
    return this.#plant.judge(point, value, fromMs, toMs);
  }

  async inject(fault: string): Promise<Injected> {
    if (fault === "deaf") return { endMs: await this.#deafen(), outageMs: 0 };
    if (fault.startsWith("single-client")) {
      const fromMs = systemClock.now();
      const endMs = await this.#occupy(fault === "single-client-refused" ? "refused" : "unheard");
      return { endMs, outageMs: endMs - fromMs };
    }
    if (TIMER_FAULTS.has(fault)) return { endMs: await this.#runTimerOut(fault), outageMs: 0 };
    const state = REGISTER_STATES[fault];
    const endMs = await (state === undefined ? this.#hitExchange(fault) : this.#hitRegisters(state));
    return { endMs, outageMs: 0 };
  }

  async close(): Promise<void> {
    await this.#listening?.close();
  }

  #listen(): Promise<Listening> {
    const registerFaults = (): RegisterFaults => this.#registers;
    if (this.#kind === "sunspec") {
      return startSunSpecEmulator({
        host: HOST,
        port: 0,
        clock: systemClock,
        wire: this.#watchedWire(),
        registerFaults,
        onCommand: (_unit, assignments) => this.#noteAssignments(assignments),
        units: [["hybrid", UNIT] as const, ["meter", METER_UNIT] as const].map(([kind, unit]) => ({
          unit,
          plant: this.#plant,
          kind,
          identity: { manufacturer: "Acme", model: kind, serialNumber: `S-${kind}`, firmware: "1" },
        })),
      });
    }
    const profile = profileOf(this.#kind);
    const registers = new ProfileRegisters(
      { profile, plant: this.#plant, clock: systemClock, faults: registerFaults },
      { manufacturer: profile.vendor, model: profile.model, serialNumber: "S-1", firmware: "1" },
    );
    const units = new Map([[UNIT, registers.unit(undefined)]]);
    return this.#kind === "rtu-over-tcp"
      ? startRtuLine(units, () => this.#chooseOnLine())
      : startModbusServer({ host: HOST, port: 0, units, wire: this.#watchedWire() });
  }

  /** The wire, with a note of when the last client connected. */
  #watchedWire(): WireHook {
    const wire = this.#wire;
    return {
      connected: (socket: Socket) => {
        this.#connectedAtMs = systemClock.now();
        return wire.connected(socket);
      },
      exchange: (socket, request, answer) => wire.exchange(socket, request, answer),
    };
  }

  /** The window of a command is open by two raw units a watt; the mode that starts it comes after it. */
  #noteAssignments(assignments: readonly { readonly point: string; readonly value: number }[]): void {
    for (const { point, value } of assignments) {
      if (point === "OutWRte") this.#commandedW = value === RATE_OPEN ? null : value / RAW_PER_WATT;
      const commands = point === "OutWRte" || point === "StorCtl_Mod";
      if (commands && this.#commandedW !== null) this.#note(Math.abs(this.#commandedW));
    }
  }

  /** A command that is renewed or given in parts is the same as long as its power is. */
  #noteWindow(window: BatteryWindow | null): void {
    const powerW = window === null ? null : Math.abs(window.minW);
    if (powerW !== null && powerW > 0 && powerW !== this.#commandedW) this.#note(powerW);
    this.#commandedW = powerW;
  }

  #note(powerW: number): void {
    this.#notes.command({
      powerW,
      notBeforeMs: this.#notes.arrival.earliestMs,
      atMs: systemClock.now(),
    });
  }

  /** Spoils one of the next exchanges. */
  async #hitExchange(name: string): Promise<EpochMs> {
    let before = this.#random.integer(0, EXCHANGES_BEFORE_MAX);
    // A delay within the deadline or beyond it.
    const parameter = this.#random.integer(5, 3 * this.#pace.requestTimeoutMs);
    return new Promise((resolve) => {
      const choose = (): boolean => {
        if (before-- > 0) return false;
        this.#wire.choose = () => null;
        this.#chooseOnLine = () => null;
        resolve(systemClock.now());
        return true;
      };
      if (this.#kind === "rtu-over-tcp") this.#chooseOnLine = () => (choose() ? { name, parameter } : null);
      else this.#wire.choose = () => (choose() ? wireFault(name, parameter) : null);
    });
  }

  async #hitRegisters(state: Partial<RegisterFaults>): Promise<EpochMs> {
    this.#registers = { ...NO_REGISTER_FAULTS, ...state };
    await this.#wait(50, 2 * this.#pace.pollIntervalMs);
    this.#registers = NO_REGISTER_FAULTS;
    return systemClock.now();
  }

  /** Commands have stopped: looks whether the device's own timer ends the last one. */
  async #runTimerOut(name: string): Promise<EpochMs> {
    this.#registers = { ...NO_REGISTER_FAULTS, timerStuck: name === "stuck-timer" };
    await sleep(systemClock, durationMs(TIMER_OVER_MS));
    this.#notes.timer(this.#plant.window === null);
    this.#registers = NO_REGISTER_FAULTS;
    return systemClock.now();
  }

  /** The fault of a connection ends when the device begins to hear it. */
  async #deafen(): Promise<EpochMs> {
    const deafMs = this.#random.integer(20, this.#pace.requestTimeoutMs);
    this.#wire.deafAfterConnectMs = deafMs;
    this.#wire.resetAll();
    await sleep(systemClock, durationMs(2 * this.#pace.pollIntervalMs));
    this.#wire.deafAfterConnectMs = 0;
    return epochMs(Math.min(systemClock.now(), this.#connectedAtMs + deafMs));
  }

  async #occupy(others: "refused" | "unheard"): Promise<EpochMs> {
    this.#wire.resetAll();
    const intruder = createConnection(this.port, HOST);
    intruder.on("error", () => intruder.destroy());
    await new Promise((resolve) => intruder.once("connect", resolve));
    this.#wire.others = others;
    await this.#wait(20, 2 * this.#pace.pollIntervalMs);
    this.#wire.others = "served";
    intruder.destroy();
    return systemClock.now();
  }

  #wait(minMs: number, maxMs: number): Promise<void> {
    return sleep(systemClock, durationMs(this.#random.integer(minMs, maxMs)));
  }
}

function wireFault(name: string, parameter: number): Fault<WireFaultName> {
  if (!Object.hasOwn(WIRE_FAULTS, name)) throw new TypeError(`no fault ${name}`);
  return { name: name as WireFaultName, parameter };
}
