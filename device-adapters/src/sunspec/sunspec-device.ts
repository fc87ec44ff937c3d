import type {
  BatteryControl,
  Capability,
  Device,
  DeviceId,
  DeviceIdentity,
  DeviceReading,
  EpochMs,
  PvLimitControl,
} from "@commonwatt/vpp-core";
import { CounterWatch } from "./counter-watch.ts";
import { isDeviceFault } from "./device-fault.ts";
import { ControllerHeartbeat, DeviceHeartbeat } from "./heartbeat.ts";
import { type ModelRole, rolesToRead } from "./model-role.ts";
import type { ModelWear } from "./model-wear.ts";
import { batteryControlOf, pvLimitControlOf } from "./power-controls.ts";
import {
  type CounterWatches,
  imageOf,
  type ModelOutcome,
  pointsFrom,
  staled,
  withMeterSign,
} from "./sunspec-points.ts";
import type { SunSpecSession } from "./sunspec-session.ts";

/** What a device needs besides its session. */
export interface SunSpecDeviceSettings {
  /** Gives the connection back. */
  readonly letGo: () => void;
  /** −1 where the meter counts export as positive. */
  readonly meterSign: 1 | -1;
  /** What wears out; `null` where nothing is known to. */
  readonly wear: ModelWear | null;
}

/** An open SunSpec device. */
export class SunSpecDevice implements Device {
  readonly id: DeviceId;
  readonly battery: BatteryControl | null;
  readonly pvLimit: PvLimitControl | null;
  readonly #session: SunSpecSession;
  readonly #settings: SunSpecDeviceSettings;
  readonly #heartbeat: ControllerHeartbeat;
  readonly #deviceHeartbeat = new DeviceHeartbeat();
  #counters: CounterWatches = { gridImport: new CounterWatch(), gridExport: new CounterWatch() };
  #serialNumber: string;

  constructor(id: DeviceId, session: SunSpecSession, settings: SunSpecDeviceSettings) {
    this.id = id;
    this.#session = session;
    this.#settings = settings;
    this.#serialNumber = session.map.identity.serialNumber;
    this.#heartbeat = new ControllerHeartbeat(session);
    this.battery = batteryControlOf(session, this.#heartbeat, settings.wear);
    this.pvLimit = pvLimitControlOf(session, this.#heartbeat, settings.wear);
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
    this.#heartbeat.stop();
    this.#settings.letGo();
  }

  async #readOnce(deadlineMs: EpochMs): Promise<DeviceReading> {
    const readAtMs = this.#session.clock.now();
    const outcomes = new Map<ModelRole, ModelOutcome>();
    for (const role of rolesToRead(this.#session.map.models)) {
      const outcome = await this.#readModel(role, deadlineMs);
      if (outcome !== null) outcomes.set(role, outcome);
    }
    this.#forgetCountersOfAnotherDevice();
    const points = withMeterSign(pointsFrom(outcomes, this.#counters, readAtMs), this.#settings.meterSign);
    const doubt = this.#deviceHeartbeat.judge((role) => imageOf(outcomes.get(role)), readAtMs);
    return { deviceId: this.id, readAtMs, points: doubt === null ? points : staled(points, doubt) };
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
