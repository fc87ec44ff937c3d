import type { DeviceId, DeviceIdentity, DeviceProtocol } from "../der/device-identity.ts";
import type { BatteryLease, LeaseReceipt, PvLimitLease, PvLimitReceipt } from "../der/lease.ts";
import type { DeviceReading } from "../der/reading.ts";
import type { Clock, DurationMs } from "../time/clock.ts";
import type { Watts } from "../units/power.ts";
import type { Logger } from "./logger.ts";
import type { WearStore } from "./store.ts";

/** What a device can do, as far as it is known before it is asked. */
export type Capability = "meter" | "pv" | "battery";

/** How a kind of battery answers commands, as its measured power shows it. */
export interface BatteryResponse {
  /** From a command until the battery holds it and its measurement says so. */
  readonly settleMs: DurationMs;
  /** How far the measured power may be off: the larger of this and of a share of the power commanded. */
  readonly toleranceW: Watts;
  readonly tolerancePercent: number;
}

/** Commands a battery. Every command is a lease; see {@link BatteryLease}. */
export interface BatteryControl {
  /** As `USUAL_RESPONSE` unless given. */
  readonly response?: BatteryResponse;
  /**
   * Applies a lease: arms the device's own timer, writes, reads back. Refusals are values.
   * @throws CommonwattError when the wire fails; the device then keeps what it had until its timer ends.
   */
  apply(lease: BatteryLease): Promise<LeaseReceipt>;
  /** Returns the battery to its own neutral mode now. */
  release(): Promise<void>;
}

/** Limits what a solar inverter gives. Every limit is a lease; see {@link PvLimitLease}. */
export interface PvLimitControl {
  /**
   * Applies a limit: arms the device's own timer, writes, reads back. Refusals are values.
   * @throws CommonwattError when the wire fails; the device then keeps what it had until its timer ends.
   */
  apply(lease: PvLimitLease): Promise<PvLimitReceipt>;
  /** Lifts the limit now. */
  release(): Promise<void>;
}

/** An open device. No call waits longer than the device's request deadline. */
export interface Device {
  readonly id: DeviceId;
  readonly identity: DeviceIdentity;
  readonly capabilities: ReadonlySet<Capability>;
  /** `null` when the device has no battery that can be commanded. */
  readonly battery: BatteryControl | null;
  /** `null` when the device's solar power cannot be limited. */
  readonly pvLimit: PvLimitControl | null;
  /**
   * Reads every point once.
   * @throws CommonwattError with `retryable` when the device does not answer.
   */
  read(): Promise<DeviceReading>;
  /** Lets go of the connection. Does not change what the device is doing. */
  close(): Promise<void>;
}

/** What an adapter needs from the outside. */
export interface DeviceContext {
  /** Domain time: readings and leases. */
  readonly clock: Clock;
  /** Real time: deadlines and back-off on the wire. */
  readonly wallClock: Clock;
  readonly logger: Logger;
  /** Counts writes of registers that wear out over restarts; without it, for as long as the program runs. */
  readonly wear?: WearStore;
}

/** A device as configured, not yet connected. */
export interface DeviceConnector {
  readonly id: DeviceId;
  readonly protocol: DeviceProtocol;
  /** Where it is reached, for messages. */
  readonly address: string;
  /**
   * Connects and finds out what the device is.
   * @throws CommonwattError with `retryable` when nobody answers there (yet).
   */
  connect(context: DeviceContext): Promise<Device>;
}
