import {
  type BatteryLease,
  CommonwattError,
  type Device,
  type DeviceConnector,
  type DeviceContext,
  type DeviceReading,
  type DurationMs,
  durationMs,
  type EpochMs,
  epochMs,
  isCommonwattError,
  type Logger,
  type PointName,
  sleep,
  systemClock,
  watts,
} from "@commonwatt/vpp-core";
import { DEVICE_KINDS, type DeviceKind, type Pace } from "./device-kinds.ts";
import type { CarriedOut, ReadValue } from "./fault-messages.ts";
import type { Tally } from "./tally.ts";

const silence = (): void => undefined;
const SILENT: Logger = { debug: silence, info: silence, warn: silence, error: silence, child: () => SILENT };
/** Every so many polls the battery is commanded. */
const POLLS_PER_COMMAND = 2;
const POWERS = 4_999;
/**
 * A device that has not recovered after this time counts as hung for ever: three times the longest pause
 * between two tries, so that on a busy machine no try that came at a bad moment passes for it.
 */
const NEVER_MS = 180_000;
/** Source times of OPC UA are whole milliseconds, by way of steps of 100 ns. */
const SOURCE_TIME_GRAIN_MS = 1;

/** What a rig polls, and who judges what it reads. */
export interface RigOptions {
  readonly kind: DeviceKind;
  readonly connectors: readonly DeviceConnector[];
  readonly tally: Tally;
  /** Has good values compared with what the device's plant had. */
  judge(fault: string, values: readonly ReadValue[]): void;
}

/** One emulated device with its clients: polls them at a steady pace, and waits for their recovery. */
export class FaultRig {
  /** The fault under way, for messages. */
  fault = "none";
  /** Whether commands are held back. */
  isCommandless = false;
  readonly #options: RigOptions;
  readonly #pace: Pace;
  /** By their power, as long as each is the newest that asked for it. */
  readonly #leases = new Map<number, BatteryLease>();
  readonly #context: DeviceContext;
  #devices: readonly Device[] = [];
  #stopping = false;
  #polling: Promise<void> = Promise.resolve();
  #sequence = 0;
  /** Begin and end of the last poll in which everything was good. */
  #lastGood: { readonly fromMs: number; readonly toMs: number } | null = null;
  #afterPoll: (() => void)[] = [];

  constructor(options: RigOptions) {
    this.#options = options;
    this.#pace = DEVICE_KINDS[options.kind].pace;
    this.#context = { clock: systemClock, wallClock: { ...systemClock }, logger: SILENT };
  }

  /** Connects every client, again and again when need be, and begins to poll. */
  async start(): Promise<void> {
    this.#devices = await Promise.all(this.#options.connectors.map((connector) => this.#connect(connector)));
    this.#polling = this.#poll();
  }

  async #connect(connector: DeviceConnector): Promise<Device> {
    const { tally } = this.#options;
    for (;;) {
      try {
        return await tally.calls.track("connect", connector.connect(this.#context));
      } catch (error) {
        if (!isCommonwattError(error) || !error.retryable) throw error;
        await sleep(systemClock, durationMs(this.#pace.pollIntervalMs));
      }
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#polling;
    await Promise.all(
      this.#devices.map((device) => this.#options.tally.calls.track("close", device.close())),
    );
  }

  /**
   * Notes a command that the device has carried out. It is late when it cannot have reached the device
   * before the end of its lease: how long it then lay unread on a busy machine says nothing of the client.
   */
  noteCommand({ powerW, notBeforeMs, atMs }: CarriedOut): void {
    const { tally } = this.#options;
    const validUntilMs = this.#leases.get(powerW)?.validUntilMs;
    const what = `${this.fault}: ${powerW} W`;
    if (validUntilMs === undefined) tally.late.push({ lateMs: 0, what: `${what}, which nobody asked for` });
    else if (notBeforeMs > validUntilMs) tally.late.push({ lateMs: notBeforeMs - validUntilMs, what });
    else if (atMs > validUntilMs) tally.commandsSeenLate += 1;
  }

  /** Waits until a poll that began after `endMs` was good throughout, and notes how long that took. */
  async recover(fault: string, endMs: EpochMs, stepMs: number): Promise<void> {
    const { tally, kind } = this.#options;
    while ((this.#lastGood?.fromMs ?? 0) < endMs) {
      if (systemClock.now() - endMs > NEVER_MS) {
        tally.neverRecovered.push(`${kind} has not recovered from ${fault}`);
        return;
      }
      await this.#nextPoll();
    }
    const recoveryMs = Math.max(0, (this.#lastGood?.toMs ?? endMs) - endMs);
    tally.recoveries.push({
      kind,
      fault,
      recoveryMs,
      allowedMs: 2 * this.#pace.pollIntervalMs + stepMs,
    });
  }

  /** Settles when the poll under way has ended. */
  #nextPoll(): Promise<void> {
    return new Promise((resolve) => this.#afterPoll.push(resolve));
  }

  async #poll(): Promise<void> {
    const { pollIntervalMs } = this.#pace;
    for (let count = 0; !this.#stopping; count++) {
      const fromMs = systemClock.now();
      const results = await Promise.all(this.#devices.map((device) => this.#read(device)));
      if (results.every((good) => good)) this.#lastGood = { fromMs, toMs: systemClock.now() };
      if (count % POLLS_PER_COMMAND === 0 && !this.isCommandless) {
        for (const device of this.#devices) await this.#command(device);
      }
      for (const tell of this.#afterPoll.splice(0)) tell();
      await sleep(systemClock, this.#untilNext(fromMs, pollIntervalMs));
    }
    for (const tell of this.#afterPoll.splice(0)) tell();
  }

  #untilNext(fromMs: number, intervalMs: number): DurationMs {
    return durationMs(Math.max(1, fromMs + intervalMs - systemClock.now()));
  }

  async #read(device: Device): Promise<boolean> {
    const { tally } = this.#options;
    const fromMs = systemClock.now();
    try {
      const reading = await tally.calls.track("read", device.read());
      return this.#take(reading, fromMs, systemClock.now());
    } catch (error) {
      if (!(error instanceof CommonwattError) || !error.retryable) throw error;
      tally.failedReads += 1;
      return false;
    }
  }

  /**
   * Counts the values of a reading and has the good ones judged. Over Modbus a value was true at some time
   * during the call, over OPC UA at its own source time.
   */
  #take(reading: DeviceReading, fromMs: number, toMs: number): boolean {
    const { tally, kind, judge } = this.#options;
    const values: ReadValue[] = [];
    for (const [name, measured] of Object.entries(reading.points)) {
      if (measured.quality !== "good" || measured.value === null) {
        tally.otherValues += 1;
        continue;
      }
      const { value, sourceTimeMs } = measured;
      const span =
        kind === "opcua"
          ? { fromMs: sourceTimeMs - SOURCE_TIME_GRAIN_MS, toMs: sourceTimeMs + SOURCE_TIME_GRAIN_MS }
          : { fromMs, toMs };
      values.push({ point: name as PointName, value, ...span });
    }
    tally.goodValues += values.length;
    judge(this.fault, values);
    return values.length === Object.keys(reading.points).length;
  }

  async #command(device: Device): Promise<void> {
    const { tally } = this.#options;
    if (device.battery === null) return;
    this.#sequence += 1;
    const powerW = ((this.#sequence % POWERS) + 1) * (this.#sequence % 2 === 0 ? 1 : -1);
    const validUntilMs = epochMs(systemClock.now() + this.#pace.leaseMs);
    const lease = { batteryPowerW: watts(powerW), validUntilMs, sequence: this.#sequence };
    this.#leases.set(Math.abs(powerW), lease);
    try {
      const { status } = await tally.calls.track("apply", device.battery.apply(lease));
      if (status === "applied") tally.commandsApplied += 1;
      else tally.commandsRefused += 1;
    } catch (error) {
      if (!(error instanceof CommonwattError)) throw error;
      tally.commandsFailed += 1;
    }
  }
}
