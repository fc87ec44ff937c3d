import type { EpochMs } from "../time/clock.ts";
import type { Watts } from "../units/power.ts";

/**
 * A command that ends by itself. The device keeps `batteryPowerW` until `validUntilMs`, then falls back
 * to its own neutral mode, whether or not anybody is left to tell it so. A lease with a lower or equal
 * `sequence` than one already applied, or one that has ended, is refused, never delivered late.
 */
export interface BatteryLease {
  /** Battery power to hold; + is discharge. */
  readonly batteryPowerW: Watts;
  readonly validUntilMs: EpochMs;
  /** Rises with every command to this device. */
  readonly sequence: number;
}

/** Why a lease was refused. */
export type LeaseRefusal =
  | "expired"
  | "out-of-order"
  | "local-control"
  | "no-battery"
  | "no-pv-limit"
  | "not-confirmed"
  | "write-budget";

/** What became of a lease: applied (and read back), or refused. */
export type LeaseReceipt =
  | { readonly status: "applied"; readonly appliedPowerW: Watts }
  | { readonly status: "refused"; readonly code: LeaseRefusal; readonly message: string };

/**
 * A limit that ends by itself. Until `validUntilMs` the inverter gives no more than `pvPowerMaxW`, then as
 * much as the sun does. Ordered and refused as a {@link BatteryLease} is.
 */
export interface PvLimitLease {
  /** Most power to give; not negative. Inverters hold it at their AC side. */
  readonly pvPowerMaxW: Watts;
  readonly validUntilMs: EpochMs;
  /** Rises with every limit to this device. */
  readonly sequence: number;
}

/** What became of a limit: applied (and read back), or refused. */
export type PvLimitReceipt =
  | { readonly status: "applied"; readonly appliedPowerMaxW: Watts }
  | { readonly status: "refused"; readonly code: LeaseRefusal; readonly message: string };
