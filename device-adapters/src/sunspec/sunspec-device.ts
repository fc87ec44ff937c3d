import type {
  BatteryControl,
  Capability,
  Device,
  DeviceId,
  DeviceIdentity,
  DeviceReading,
  EpochMs,
} from "@commonwatt/vpp-core";
import { CounterWatch } from "./counter-watch.ts";
import { isDeviceFault } from "./device-fault.ts";
import type { ModelRole } from "./device-map.ts";
import { StorageControl } from "./storage-control.ts";
import { type CounterWatches, type ModelOutcome, pointsFrom } from "./sunspec-points.ts";
import type { SunSpecSession } from "./sunspec-session.ts";

/** An open SunSpec device. */
export class SunSpecDevice implements Device {
  readonly id: DeviceId;
  readonly battery: BatteryControl | null;
  readonly pvLimit: null = null;
  readonly #session: SunSpecSession;
  readonly #letGo: () => void;
  #counters: CounterWatches = { gridImport: new CounterWatch(), gridExport: new CounterWatch() };
  #serialNumber: string;

  constructor(id: DeviceId, session: SunSpecSession, letGo: () => void) {
    this.id = id;
    this.#session = session;
    this.#letGo = letGo;
    this.#serialNumber = session.map.identity.serialNumber;
    this.battery = session.map.models.has("storage") ? new StorageControl(session) : null;
  }

  get identity(): DeviceIdentity {
    return this.#session.map.identity;
  }

  get capabilities(): ReadonlySet<Capability> {
    return this.#session.map.capabilities;
  }

  async read(): Promise<DeviceReading> {
    const deadlineMs = this.#session.deadline();
    await this.#session.verify(deadlineMs);
    const reading = await this.#readOnce(deadlineMs);
    // What went wrong, or a new connection on the way, may mean that these were another device's values.
    return (await this.#session.verify(deadlineMs)) ? this.#readOnce(deadlineMs) : reading;
  }

  async close(): Promise<void> {
    this.#letGo();
  }

  async #readOnce(deadlineMs: EpochMs): Promise<DeviceReading> {
    const readAtMs = this.#session.clock.now();
    const outcomes = new Map<ModelRole, ModelOutcome>();
    for (const role of this.#session.map.models.keys()) {
      const outcome = await this.#readModel(role, deadlineMs);
      if (outcome !== null) outcomes.set(role, outcome);
    }
    this.#forgetCountersOfAnotherDevice();
    return { deviceId: this.id, readAtMs, points: pointsFrom(outcomes, this.#counters, readAtMs) };
  }

  async #readModel(role: ModelRole, deadlineMs: EpochMs): Promise<ModelOutcome | null> {
    try {
      return await this.#session.read(role, deadlineMs);
    } catch (error) {
      if (!isDeviceFault(error)) throw error;
      return { failure: error.message };
    }
  }

  #forgetCountersOfAnotherDevice(): void {
    const { serialNumber } = this.#session.map.identity;
    if (serialNumber === this.#serialNumber) return;
    this.#serialNumber = serialNumber;
    this.#counters = { gridImport: new CounterWatch(), gridExport: new CounterWatch() };
  }
}
