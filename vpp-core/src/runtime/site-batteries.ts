import type { DeviceId } from "../der/device-identity.ts";
import type { DeviceReading } from "../der/reading.ts";
import type { SiteImage } from "../dispatch/site-image.ts";
import { messageOf } from "../errors/commonwatt-error.ts";
import type { BatteryLive } from "../fleet/fleet-store.ts";
import type { Logger } from "../ports/logger.ts";
import type { DeviceOwnership, OwnershipStore } from "../ports/store.ts";
import { type Clock, type DurationMs, durationMs } from "../time/clock.ts";
import type { Watts } from "../units/power.ts";
import type { DeviceLink } from "./device-link.ts";
import { type BatteryComplaint, type LeaseKeeper, leaseKeeper } from "./lease-keeper.ts";

/** How long a lease lasts, in control cycles; it is renewed before half of it has passed. */
export const LEASE_CYCLES = 6;

/** What the batteries of a site are kept with. */
export interface SiteBatteriesContext {
  readonly clock: Clock;
  readonly wallClock: Clock;
  readonly logger: Logger;
  readonly store: { readonly ownership: OwnershipStore };
  readonly controlPeriod: DurationMs;
  /** Devices that a run before this one left under command. */
  readonly ownedBefore: readonly DeviceOwnership[];
  /** Told once when a battery begins not to do what it was told, and once (`null`) when it does so again. */
  readonly onBattery: (device: DeviceId, complaint: BatteryComplaint | null, message: string) => void;
}

/** Commands the batteries of a site, and compares what they do with it. */
export class SiteBatteries {
  readonly #context: SiteBatteriesContext;
  readonly #keepers: ReadonlyMap<DeviceLink, LeaseKeeper>;
  readonly #toNeutral: Set<string>;

  constructor(links: readonly DeviceLink[], context: SiteBatteriesContext) {
    this.#context = context;
    this.#toNeutral = new Set(context.ownedBefore.map((ownership) => ownership.deviceId));
    this.#keepers = new Map(links.map((link) => [link, this.#keeperOf(link.live().deviceId)]));
  }

  #keeperOf(deviceId: DeviceId): LeaseKeeper {
    const { clock, wallClock, controlPeriod, store, logger, onBattery } = this.#context;
    return leaseKeeper({
      ...{ deviceId, clock, wallClock, logger, ownership: store.ownership, sampling: controlPeriod },
      leaseLength: durationMs(controlPeriod * LEASE_CYCLES),
      onComplaint: (complaint, message) => onBattery(deviceId, complaint, message),
    });
  }

  /** Holds what the devices have just said against their leases. */
  observe(readings: readonly DeviceReading[], image: SiteImage): void {
    for (const [link, keeper] of this.#keepers) {
      const { deviceId } = link.live();
      const reading = readings.find((each) => each.deviceId === deviceId);
      if (reading !== undefined) keeper.observe(reading.points, image.gridPowerW);
    }
  }

  /** Takes the trust from what a battery says it can do while it does not do as it is told. */
  trusted(readings: readonly DeviceReading[]): readonly DeviceReading[] {
    const doubts = this.#doubts();
    if (doubts.size === 0) return readings;
    return readings.map((reading) => {
      const doubt = doubts.get(reading.deviceId);
      return doubt === undefined ? reading : doubted(reading, doubt.reason);
    });
  }

  /** Why the batteries must be left alone now; `null` when they may be commanded. */
  restReason(): string | null {
    const doubts = [...this.#doubts().values()];
    return doubts.find(({ resting }) => resting)?.reason ?? null;
  }

  #doubts(): ReadonlyMap<DeviceId, { readonly reason: string; readonly resting: boolean }> {
    return new Map(
      [...this.#keepers].flatMap(([link, keeper]) => {
        const doubt = keeper.doubt();
        return doubt === null ? [] : [[link.live().deviceId, doubt] as const];
      }),
    );
  }

  /** Brings every battery to a setpoint; one that an earlier run left under command goes to neutral first. */
  async command(setpointW: Watts | null): Promise<void> {
    for (const [link, keeper] of this.#keepers) {
      const device = link.device();
      if (device === null || device.battery === null || !link.live().connected) continue;
      try {
        if (this.#toNeutral.has(device.id)) {
          await keeper.release(device.battery);
          this.#toNeutral.delete(device.id);
        }
        await keeper.keep(device.battery, setpointW);
      } catch (error) {
        this.#context.logger.warn({ device: device.id, error: messageOf(error) }, "battery command failed");
      }
    }
  }

  /** What each battery makes of its lease. */
  live(): readonly BatteryLive[] {
    return [...this.#keepers].flatMap(([link, keeper]) => {
      const verdict = keeper.verdict();
      const reason = keeper.doubt()?.reason ?? verdict?.reason ?? null;
      if (verdict === null && reason === null) return [];
      return [
        {
          deviceId: link.live().deviceId,
          outcome: verdict?.outcome ?? null,
          commandedW: verdict?.commandedW ?? null,
          measuredW: verdict?.measuredW ?? null,
          misses: keeper.misses(),
          reason,
        },
      ];
    });
  }

  /** Returns the battery of a device to its own mode, and lets go of it. */
  async letGo(link: DeviceLink): Promise<void> {
    const battery = link.device()?.battery ?? null;
    if (battery !== null) await this.#keepers.get(link)?.release(battery);
  }
}

function doubted(reading: DeviceReading, reason: string): DeviceReading {
  const { chargePowerMaxW, dischargePowerMaxW, ...rest } = reading.points;
  const points = {
    ...rest,
    ...(chargePowerMaxW && { chargePowerMaxW: { ...chargePowerMaxW, quality: "suspect", reason } as const }),
    ...(dischargePowerMaxW && {
      dischargePowerMaxW: { ...dischargePowerMaxW, quality: "suspect", reason } as const,
    }),
  };
  return { ...reading, points };
}
