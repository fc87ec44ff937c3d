import {
  type BatteryLease,
  CommonwattError,
  type Device,
  type DeviceConnector,
  type DeviceContext,
  type DurationMs,
  durationMs,
  type EpochMs,
  epochMs,
  isCommonwattError,
  type Logger,
  sleep,
  systemClock,
  watts,
} from "@commonwatt/vpp-core";
import type { RestlessPlant } from "./restless-plant.ts";
import type { Tally } from "./tally.ts";

const silence = (): void => undefined;
const SILENT: Logger = { debug: silence, info: silence, warn: silence, error: silence, child: () => SILENT };
/** Every so many polls the battery is commanded. */
const POLLS_PER_COMMAND = 2;
const POWERS = 4_999;
/** A device that has not recovered after this time counts as hung for ever. */
const NEVER_MS = 20_000;

/** The pace of a rig. */
export interface RigPace {
  readonly pollIntervalMs: number;
  readonly backOffBaseMs: number;
  /** How long a command holds; short, so that many end while they are under way. */
  readonly leaseMs: number;
}

/** What a rig polls, and what it is true against. */
export interface RigOptions {
  readonly connectors: readonly DeviceConnector[];
  readonly plant: RestlessPlant;
  readonly tally: Tally;
  readonly pace: RigPace;
  /** Between which times the plant must have had a good value. */
  span(sourceTimeMs: number, callFromMs: number, callToMs: number): readonly [number, number];
}

/** One emulated device with its clients: polls them at a steady pace, and waits for their recovery. */
export class FaultRig {
  /** The fault under way, for messages. */
  fault = "none";
  readonly #options: RigOptions;
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
    this.#context = { clock: systemClock, wallClock: { ...systemClock }, logger: SILENT };
  }

  /** Connects every client, again and again when need be, and begins to poll. */
  async start(): Promise<void> {
    this.#devices = await Promise.all(this.#options.connectors.map((connector) => this.#connect(connector)));
    this.#polling = this.#poll();
  }

  async #connect(connector: DeviceConnector): Promise<Device> {
    const { tally, pace } = this.#options;
    for (;;) {
      try {
        return await tally.calls.track("connect", connector.connect(this.#context));
      } catch (error) {
        if (!isCommonwattError(error) || !error.retryable) throw error;
        await sleep(systemClock, durationMs(pace.pollIntervalMs));
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

  /** The lease that asked for a power, as long as it is the newest that did. */
  leaseOf(powerW: number): BatteryLease | undefined {
    return this.#leases.get(powerW);
  }

  /** Notes a command that the emulated device carries out now; late when its lease has ended. */
  noteCommand(powerW: number): void {
    const lease = this.#leases.get(powerW);
    const lateMs = systemClock.now() - (lease?.validUntilMs ?? Number.POSITIVE_INFINITY);
    if (lateMs > 0) this.#options.tally.late.push({ lateMs, what: `${this.fault}: ${powerW} W` });
  }

  /** Waits until a poll that began after `endMs` was good throughout, and notes how long that took. */
  async recover(fault: string, endMs: EpochMs, stepMs: number): Promise<void> {
    const { tally, pace } = this.#options;
    while ((this.#lastGood?.fromMs ?? 0) < endMs) {
      if (systemClock.now() - endMs > NEVER_MS) {
        tally.neverRecovered.push(fault);
        return;
      }
      await this.nextPoll();
    }
    const recoveryMs = Math.max(0, (this.#lastGood?.toMs ?? endMs) - endMs);
    tally.recoveries.push({ fault, recoveryMs, allowedMs: 2 * pace.pollIntervalMs + stepMs });
  }

  /** Settles when the poll under way has ended. */
  nextPoll(): Promise<void> {
    return new Promise((resolve) => this.#afterPoll.push(resolve));
  }

  async #poll(): Promise<void> {
    const { pollIntervalMs } = this.#options.pace;
    for (let count = 0; !this.#stopping; count++) {
      const fromMs = systemClock.now();
      const results = await Promise.all(this.#devices.map((device) => this.#read(device)));
      if (results.every((good) => good)) this.#lastGood = { fromMs, toMs: systemClock.now() };
      if (count % POLLS_PER_COMMAND === 0) for (const device of this.#devices) await this.#command(device);
      for (const tell of this.#afterPoll.splice(0)) tell();
      await sleep(systemClock, this.#untilNext(fromMs, pollIntervalMs));
    }
    for (const tell of this.#afterPoll.splice(0)) tell();
  }

  #untilNext(fromMs: number, intervalMs: number): DurationMs {
    return durationMs(Math.max(1, fromMs + intervalMs - systemClock.now()));
  }

  async #read(device: Device): Promise<boolean> {
    const { tally, plant, span } = this.#options;
    const fromMs = systemClock.now();
    try {
      const reading = await tally.calls.track("read", device.read());
      const toMs = systemClock.now();
      return tally.judge(reading, plant, (sourceTimeMs) => span(sourceTimeMs, fromMs, toMs), this.fault);
    } catch (error) {
      if (!(error instanceof CommonwattError) || !error.retryable) throw error;
      tally.failedReads += 1;
      return false;
    }
  }

  async #command(device: Device): Promise<void> {
    const { tally, pace } = this.#options;
    if (device.battery === null) return;
    this.#sequence += 1;
    const powerW = ((this.#sequence % POWERS) + 1) * (this.#sequence % 2 === 0 ? 1 : -1);
    const validUntilMs = epochMs(systemClock.now() + pace.leaseMs);
    const lease = { batteryPowerW: watts(powerW), validUntilMs, sequence: this.#sequence };
    this.#leases.set(powerW, lease);
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
