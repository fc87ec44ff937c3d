import type { BatteryLease } from "../der/lease.ts";
import type { PointReadings } from "../der/reading.ts";
import type { SiteId } from "../grid/site.ts";
import type { Clock } from "../time/clock.ts";
import type { Watts } from "../units/power.ts";
import type { Logger } from "./logger.ts";

/**
 * Why a command from outside was refused, in the order in which it is checked. `too-long`: it would last
 * longer than a day. `no-battery`: the site has none that can be commanded. `unavailable`: safety forbids it
 * now, for example because the meter is silent.
 */
export type DispatchRefusal =
  | "expired"
  | "too-long"
  | "out-of-order"
  | "opted-out"
  | "no-battery"
  | "unavailable";

/** What became of a command: the power that is held now, within the limits of the home, or a refusal. */
export type DispatchReceipt =
  | { readonly status: "taken"; readonly appliedPowerW: Watts }
  | { readonly status: "refused"; readonly code: DispatchRefusal; readonly message: string };

/**
 * The battery of a site, commanded from outside with the authority of the grid operator: above owner's wish
 * and market, below safety. The order of commands outlives the process.
 */
export interface SiteDispatch {
  /** Holds `batteryPowerW` until `validUntilMs`; what the limits leave of it is in the receipt. */
  command(lease: BatteryLease): DispatchReceipt;
  /** Ends what is held, unless `sequence` is below the last one taken. */
  release(sequence: number): DispatchReceipt;
  /** The power held at the command of somebody outside; `null` when there is none. */
  heldPowerW(): Watts | null;
  /** The highest sequence ever taken; 0 when there was none. */
  lastSequence(): number;
}

/** What a site says it is. */
export interface SiteIdentity {
  readonly manufacturer: string;
  readonly model: string;
  /** The site's id. */
  readonly serialNumber: string;
  readonly firmware: string;
}

/** A running site, as a server shows it. */
export interface ServedSite {
  readonly community: string;
  readonly siteId: SiteId;
  readonly identity: SiteIdentity;
  /**
   * Every point as the last control cycle read it, aged to this moment: asking never reaches a device. The
   * same object as before while nothing has changed; empty before the first cycle.
   */
  points(): PointReadings;
  readonly dispatch: SiteDispatch;
}

/** What a server needs from the outside. */
export interface SiteServerContext {
  /** The site's time. */
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A server that is up. */
export interface RunningSiteServer {
  /** Where it is reached, as a person would type it. */
  readonly address: string;
  stop(): Promise<void>;
}

/**
 * A way for other systems to read, and perhaps to command, a running site. It starts after the first control
 * cycle and ends before the devices are let go.
 */
export interface SiteServer {
  /** What it is, for messages, e.g. `SunSpec façade`. */
  readonly name: string;
  /**
   * @throws CommonwattError when it cannot start, for example because its port is in use. The site runs on
   * without it, and tries again.
   */
  start(site: ServedSite, context: SiteServerContext): Promise<RunningSiteServer>;
}
