import {
  durationMs,
  type EpochMs,
  type PointName,
  type Random,
  sleep,
  systemClock,
} from "@commonwatt/vpp-core";
import { startRelay, type TcpRelay } from "../emulator/faults/tcp-relay.ts";
import { type OpcuaEmulator, startOpcuaEmulator } from "../emulator/opcua-emulator.ts";
import { DEVICE_KINDS, HOME } from "./device-kinds.ts";
import type { DeviceNotes, EmulatedDevice } from "./emulated-device.ts";
import type { Injected } from "./fault-messages.ts";
import { RestlessPlant, type Verdict } from "./restless-plant.ts";

const { pace } = DEVICE_KINDS.opcua;

/** An emulated OPC UA home behind a network that goes wrong. */
export class OpcuaHardware implements EmulatedDevice {
  readonly #name: string;
  readonly #pkiDirectory: string;
  readonly #random: Random;
  readonly #plant: RestlessPlant;
  #running: { emulator: OpcuaEmulator; readonly relay: TcpRelay } | null = null;

  private constructor(name: string, pkiDirectory: string, random: Random, notes: DeviceNotes) {
    this.#name = name;
    this.#pkiDirectory = pkiDirectory;
    this.#random = random;
    // The server judges a command by its own clock, which the plant has been brought up to.
    this.#plant = new RestlessPlant(name, systemClock.now(), (window, nowMs) => {
      if (window !== null) {
        notes.command({ powerW: Math.abs(window.minW), notBeforeMs: nowMs, atMs: nowMs });
      }
    });
  }

  static async start(
    name: string,
    pkiDirectory: string,
    random: Random,
    notes: DeviceNotes,
  ): Promise<OpcuaHardware> {
    const device = new OpcuaHardware(name, pkiDirectory, random, notes);
    const emulator = await device.#startEmulator(0);
    device.#running = { emulator, relay: await startRelay(emulator.port) };
    return device;
  }

  get port(): number {
    return this.#opened().relay.port;
  }

  judge(point: PointName, value: number, fromMs: number, toMs: number): Verdict {
    return this.#plant.judge(point, value, fromMs, toMs);
  }

  async inject(fault: string): Promise<Injected> {
    // Not always at the same place of a poll.
    await this.#wait(0, pace.pollIntervalMs);
    const fromMs = systemClock.now();
    const endMs = await this.#hit(fault);
    const isDown = fault === "cut-down" || fault === "restart";
    return { endMs, outageMs: isDown ? endMs - fromMs : 0 };
  }

  async close(): Promise<void> {
    const { relay, emulator } = this.#opened();
    await relay.close();
    await emulator.close();
  }

  #opened(): { emulator: OpcuaEmulator; readonly relay: TcpRelay } {
    if (this.#running === null) throw new Error("the emulator is not open");
    return this.#running;
  }

  #startEmulator(port: number): Promise<OpcuaEmulator> {
    const identity = { manufacturer: "Acme", model: "Gateway", serialNumber: this.#name, firmware: "1" };
    return startOpcuaEmulator({
      port,
      clock: systemClock,
      pkiDirectory: this.#pkiDirectory,
      homes: [{ name: HOME, plant: this.#plant, identity }],
    });
  }

  async #hit(fault: string): Promise<EpochMs> {
    const running = this.#opened();
    const { relay } = running;
    if (fault === "cut") relay.cut(false);
    else if (fault === "cut-down") {
      relay.cut(true);
      await this.#wait(50, 600);
      relay.cut(false);
    } else if (fault === "freeze" || fault === "freeze-long") {
      relay.freeze();
      // Long enough for commands to time out and end, and for the client to give the connection up.
      await (fault === "freeze" ? this.#wait(50, 500) : this.#wait(600, 1_200));
      relay.thaw();
    } else if (fault === "delay") {
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
