import type { DeviceId } from "../der/device-identity.ts";
import type { BatteryLease } from "../der/lease.ts";
import type { BatteryControl } from "../ports/device.ts";
import type { Logger } from "../ports/logger.ts";
import type { OwnershipStore } from "../ports/store.ts";
import { type Clock, type DurationMs, epochMs } from "../time/clock.ts";
import type { Watts } from "../units/power.ts";

/** A setpoint that moved by no more than this is not worth a new command before its lease is half over. */
const DEADBAND_W = 10;

/** Keeps one battery at a setpoint by leases, or leaves it to itself. */
export interface LeaseKeeper {
  /**
   * Brings the battery to `setpointW`, or back to its own mode for `null`. Renews a running lease before
   * half of it has passed.
   * @throws CommonwattError when the wire fails; the device's own timer then ends the lease.
   */
  keep(battery: BatteryControl, setpointW: Watts | null): Promise<void>;
  /** Returns the battery to its own mode and forgets that we owned it. */
  release(battery: BatteryControl): Promise<void>;
  /** What is held now; `null` when nothing. */
  held(): BatteryLease | null;
}

/**
 * Keeps the leases of one device. That we own it is written down before the first command, so that a
 * successor finds it after a crash and returns the device to neutral first.
 */
export function leaseKeeper(
  deviceId: DeviceId,
  clock: Clock,
  leaseLength: DurationMs,
  ownership: OwnershipStore,
  logger: Logger,
): LeaseKeeper {
  let held: BatteryLease | null = null;
  let owned = false;
  let sequence = 0;
  const renewalDue = (lease: BatteryLease, setpointW: Watts): boolean =>
    Math.abs(lease.batteryPowerW - setpointW) > DEADBAND_W ||
    lease.validUntilMs - clock.now() <= leaseLength / 2;
  const release = async (battery: BatteryControl): Promise<void> => {
    await battery.release();
    held = null;
    owned = false;
    await ownership.clear(deviceId);
  };
  return {
    async keep(battery, setpointW) {
      if (setpointW === null) {
        if (owned) await release(battery);
        return;
      }
      if (held !== null && !renewalDue(held, setpointW)) return;
      const now = clock.now();
      sequence = Math.max(sequence + 1, Math.floor(now / 1000));
      const lease = { batteryPowerW: setpointW, validUntilMs: epochMs(now + leaseLength), sequence };
      if (!owned) await ownership.save({ deviceId, sequence, validUntilMs: lease.validUntilMs });
      owned = true;
      const receipt = await battery.apply(lease);
      if (receipt.status === "applied") held = lease;
      else logger.warn({ device: deviceId, code: receipt.code }, `lease refused: ${receipt.message}`);
    },
    release,
    held: () => held,
  };
}
