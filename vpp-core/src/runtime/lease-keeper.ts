import type { DeviceId } from "../der/device-identity.ts";
import type { BatteryLease } from "../der/lease.ts";
import type { BatteryControl } from "../ports/device.ts";
import type { Logger } from "../ports/logger.ts";
import type { OwnershipStore } from "../ports/store.ts";
import { type Clock, type DurationMs, durationMs, epochMs, sleep } from "../time/clock.ts";
import type { Watts } from "../units/power.ts";

/** A setpoint that moved by no more than this is not worth a new command before its lease is half over. */
const DEADBAND_W = 10;

/** Real time a command waits for the note that the battery is ours; the control cycle must go on. */
const NOTE_PATIENCE_MS = 250;

/** Keeps one battery at a setpoint by leases, or leaves it to itself. */
export interface LeaseKeeper {
  /**
   * Brings the battery to `setpointW`, or back to its own mode for `null`. Renews a running lease before
   * half of it has passed. While the store is slow to note that the battery is ours, the battery is left to
   * itself, and a later call commands it.
   * @throws CommonwattError when the wire or the store fails; the device's own timer then ends the lease.
   */
  keep(battery: BatteryControl, setpointW: Watts | null): Promise<void>;
  /** Returns the battery to its own mode and forgets that we owned it. */
  release(battery: BatteryControl): Promise<void>;
  /** What is held now; `null` when nothing. */
  held(): BatteryLease | null;
}

/**
 * Keeps the leases of one device. That we own it is written down before the first command, so that a
 * successor finds it after a crash and returns the device to neutral first. It stays owned until it is
 * released, so that a store that goes away in between keeps no battery from its commands.
 */
export function leaseKeeper(
  deviceId: DeviceId,
  clocks: { readonly clock: Clock; readonly wallClock: Clock },
  leaseLength: DurationMs,
  ownership: OwnershipStore,
  logger: Logger,
): LeaseKeeper {
  const { clock, wallClock } = clocks;
  let held: BatteryLease | null = null;
  let commanded = false;
  let owned = false;
  let noting: Promise<void> | null = null;
  let sequence = 0;
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
  };
  return {
    async keep(battery, setpointW) {
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
      commanded = true;
      const receipt = await battery.apply(lease);
      if (receipt.status === "applied") held = lease;
      else logger.warn({ device: deviceId, code: receipt.code }, `lease refused: ${receipt.message}`);
    },
    async release(battery) {
      await toNeutral(battery);
      await noting?.catch(() => undefined);
      owned = false;
      await ownership.clear(deviceId);
    },
    held: () => held,
  };
}
