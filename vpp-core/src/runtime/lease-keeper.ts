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
  const { deviceId, clock, wallClock, leaseLength, ownership, logger } = settings;
  let held: BatteryLease | null = null;
  let commanded = false;
  let owned = false;
  let noting: Promise<void> | null = null;
  let sequence = 0;
  let watch: LeaseWatch | null = null;
  let complaint: BatteryComplaint | null = null;
  let lastRefusal: LeaseRefusal | null = null;
  const renewalDue = (lease: BatteryLease, setpointW: Watts): boolean =>
    Math.abs(lease.batteryPowerW - setpointW) > DEADBAND_W ||
    lease.validUntilMs - clock.now() <= leaseLength / 2;
  const note = async (lease: BatteryLease): Promise<void> => {
    await ownership.save({ deviceId, sequence: lease.sequence, validUntilMs: lease.validUntilMs });
    owned = true;
  };
  const noteInTime = async (lease: BatteryLease): Promise<void> => {
    noting ??= note(lease).finally(() => {
      noting = null;
    });
    const patience = new AbortController();
    const late = sleep(wallClock, durationMs(NOTE_PATIENCE_MS), patience.signal).catch(() => undefined);
    try {
      await Promise.race([noting, late]);
    } finally {
      patience.abort();
    }
  };
  const toNeutral = async (battery: BatteryControl): Promise<void> => {
    await battery.release();
    held = null;
    commanded = false;
    watch?.released(clock.now());
  };
  const apply = async (battery: BatteryControl, lease: BatteryLease): Promise<void> => {
    commanded = true;
    const receipt = await battery.apply(lease);
    if (receipt.status === "applied") {
      held = lease;
      lastRefusal = null;
      watch ??= new LeaseWatch(battery.response ?? USUAL_RESPONSE, settings.sampling);
      watch.applied(receipt.appliedPowerW, clock.now(), lease.validUntilMs);
    } else {
      // A device may refuse for hours: once is enough.
      const level = receipt.code === lastRefusal ? "debug" : "warn";
      logger[level]({ device: deviceId, code: receipt.code }, `lease refused: ${receipt.message}`);
      lastRefusal = receipt.code;
    }
  };
  const tell = (verdict: LeaseVerdict | null): void => {
    const next = complaintOf(verdict?.outcome ?? null, complaint, watch?.isIdle ?? true);
    if (next === complaint) return;
    complaint = next;
    settings.onComplaint(next, verdict?.reason ?? "the battery does what it is told");
  };
  return {
    async keep(battery, setpointW) {
      if (watch?.verdict?.outcome === "still-running") await toNeutral(battery);
      if (setpointW === null) {
        if (commanded) await toNeutral(battery);
        return;
      }
      if (held !== null && !renewalDue(held, setpointW)) return;
      const now = clock.now();
      sequence = Math.max(sequence + 1, Math.floor(now / 1000));
      const lease = { batteryPowerW: setpointW, validUntilMs: epochMs(now + leaseLength), sequence };
      if (!owned) await noteInTime(lease);
      if (!owned) return;
      await apply(battery, lease);
    },
    async release(battery) {
      await toNeutral(battery);
      await noting?.catch(() => undefined);
      owned = false;
      await ownership.clear(deviceId);
    },
    observe(points, gridPower) {
      tell(watch?.observe(points, gridPower, clock.now()) ?? null);
    },
    verdict: () => watch?.verdict ?? null,
    misses: () => watch?.misses ?? 0,
    doubt: () => watch?.doubt(clock.now()) ?? null,
  };
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
