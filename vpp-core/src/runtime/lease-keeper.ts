import type { DeviceId } from "../der/device-identity.ts";
import type { BatteryLease, LeaseRefusal } from "../der/lease.ts";
import type { Measured } from "../der/measured.ts";
import type { PointReadings } from "../der/reading.ts";
import {
  type BatteryDoubt,
  type LeaseOutcome,
  type LeaseVerdict,
  LeaseWatch,
  USUAL_RESPONSE,
} from "../dispatch/lease-watch.ts";
import type { BatteryControl } from "../ports/device.ts";
import type { Logger } from "../ports/logger.ts";
import type { OwnershipStore } from "../ports/store.ts";
import { type Clock, type DurationMs, durationMs, epochMs, sleep } from "../time/clock.ts";
import type { Watts } from "../units/power.ts";

/** A setpoint that moved by no more than this is not worth a new command before its lease is half over. */
const DEADBAND_W = 10;

/** Real time a command waits for the note that the battery is ours; the control cycle must go on. */
const NOTE_PATIENCE_MS = 250;

/** A battery that does not do what it was told. */
export type BatteryComplaint = "not-following" | "still-running";

/** Keeps one battery at a setpoint by leases, or leaves it to itself. */
export interface LeaseKeeper {
  /**
   * Brings the battery to `setpointW`, or back to its own mode for `null`. Renews a running lease before
   * half of it has passed. A battery that goes on after its lease is told again to stop. While the store is
   * slow to note that the battery is ours, the battery is left to itself, and a later call commands it.
   * @throws CommonwattError when the wire or the store fails; the device's own timer then ends the lease.
   */
  keep(battery: BatteryControl, setpointW: Watts | null): Promise<void>;
  /** Returns the battery to its own mode and forgets that we owned it. */
  release(battery: BatteryControl): Promise<void>;
  /** Holds what the device has just said against its lease; `gridPower` is that of the site. */
  observe(points: PointReadings, gridPower: Measured<Watts>): void;
  /** What the battery makes of its lease; `null` while it has none. */
  verdict(): LeaseVerdict | null;
  /** Leases in a row that were not followed. */
  misses(): number;
  /** Why the battery is not counted on; `null` when it is. */
  doubt(): BatteryDoubt | null;
}

/** What a keeper works with. */
export interface LeaseKeeperSettings {
  readonly deviceId: DeviceId;
  readonly clock: Clock;
  readonly wallClock: Clock;
  readonly leaseLength: DurationMs;
  /** How often the battery is read. */
  readonly sampling: DurationMs;
  readonly ownership: OwnershipStore;
  readonly logger: Logger;
  /** Told once when the battery begins not to do what it was told, and once (`null`) when it does so again. */
  readonly onComplaint: (complaint: BatteryComplaint | null, message: string) => void;
}

/**
 * Keeps the leases of one device. That we own it is written down before the first command, so that a
 * successor finds it after a crash and returns the device to neutral first. It stays owned until it is
 * released, so that a store that goes away in between keeps no battery from its commands.
 */
export function leaseKeeper(settings: LeaseKeeperSettings): LeaseKeeper {
  return new Keeper(settings);
}

class Keeper implements LeaseKeeper {
  readonly #settings: LeaseKeeperSettings;
  #held: BatteryLease | null = null;
  #commanded = false;
  #owned = false;
  #noting: Promise<void> | null = null;
  #sequence = 0;
  #watch: LeaseWatch | null = null;
  #complaint: BatteryComplaint | null = null;
  #lastRefusal: LeaseRefusal | null = null;

  constructor(settings: LeaseKeeperSettings) {
    this.#settings = settings;
  }

  async keep(battery: BatteryControl, setpointW: Watts | null): Promise<void> {
    if (this.verdict()?.outcome === "still-running") await this.#toNeutral(battery);
    if (setpointW === null) {
      if (this.#commanded) await this.#toNeutral(battery);
      return;
    }
    if (this.#held !== null && !this.#isRenewalDue(this.#held, setpointW)) return;
    const { clock, leaseLength } = this.#settings;
    const now = clock.now();
    const sequence = Math.max(this.#sequence + 1, Math.floor(now / 1000));
    this.#sequence = sequence;
    const lease = { batteryPowerW: setpointW, validUntilMs: epochMs(now + leaseLength), sequence };
    if (!this.#owned) await this.#noteInTime(lease);
    if (this.#owned) await this.#apply(battery, lease);
  }

  async release(battery: BatteryControl): Promise<void> {
    await this.#toNeutral(battery);
    await this.#noting?.catch(() => undefined);
    this.#owned = false;
    await this.#settings.ownership.clear(this.#settings.deviceId);
  }

  observe(points: PointReadings, gridPower: Measured<Watts>): void {
    const verdict = this.#watch?.observe(points, gridPower, this.#settings.clock.now()) ?? null;
    const next = complaintOf(verdict?.outcome ?? null, this.#complaint, this.#watch?.isIdle ?? true);
    if (next === this.#complaint) return;
    this.#complaint = next;
    this.#settings.onComplaint(next, verdict?.reason ?? "the battery does what it is told");
  }

  verdict(): LeaseVerdict | null {
    return this.#watch?.verdict ?? null;
  }

  misses(): number {
    return this.#watch?.misses ?? 0;
  }

  doubt(): BatteryDoubt | null {
    return this.#watch?.doubt(this.#settings.clock.now()) ?? null;
  }

  #isRenewalDue(lease: BatteryLease, setpointW: Watts): boolean {
    const { clock, leaseLength } = this.#settings;
    const hasMoved = Math.abs(lease.batteryPowerW - setpointW) > DEADBAND_W;
    return hasMoved || lease.validUntilMs - clock.now() <= leaseLength / 2;
  }

  async #note({ sequence, validUntilMs }: BatteryLease): Promise<void> {
    await this.#settings.ownership.save({ deviceId: this.#settings.deviceId, sequence, validUntilMs });
    this.#owned = true;
  }

  async #noteInTime(lease: BatteryLease): Promise<void> {
    this.#noting ??= this.#note(lease).finally(() => {
      this.#noting = null;
    });
    const patience = new AbortController();
    const { wallClock } = this.#settings;
    const late = sleep(wallClock, durationMs(NOTE_PATIENCE_MS), patience.signal).catch(() => undefined);
    try {
      await Promise.race([this.#noting, late]);
    } finally {
      patience.abort();
    }
  }

  async #apply(battery: BatteryControl, lease: BatteryLease): Promise<void> {
    const { clock, deviceId, logger, sampling } = this.#settings;
    this.#commanded = true;
    const receipt = await battery.apply(lease);
    if (receipt.status === "applied") {
      this.#held = lease;
      this.#lastRefusal = null;
      this.#watch ??= new LeaseWatch(battery.response ?? USUAL_RESPONSE, sampling);
      this.#watch.applied(receipt.appliedPowerW, clock.now(), lease.validUntilMs);
      return;
    }
    // A device may refuse for hours: it is told once.
    const level = receipt.code === this.#lastRefusal ? "debug" : "warn";
    logger[level]({ device: deviceId, code: receipt.code }, `lease refused: ${receipt.message}`);
    this.#lastRefusal = receipt.code;
  }

  async #toNeutral(battery: BatteryControl): Promise<void> {
    await battery.release();
    this.#held = null;
    this.#commanded = false;
    this.#watch?.released(this.#settings.clock.now());
  }
}

/** What there is to complain of now; only a battery that follows, or was seen to stop, ends a complaint. */
function complaintOf(
  outcome: LeaseOutcome | null,
  before: BatteryComplaint | null,
  isIdle: boolean,
): BatteryComplaint | null {
  if (outcome === "not-following" || outcome === "still-running") return outcome;
  return outcome === "following" || (before === "still-running" && isIdle) ? null : before;
}
