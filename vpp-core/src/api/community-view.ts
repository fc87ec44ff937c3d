import type { AggregateCapacity } from "../fleet/aggregate-capacity.ts";
import type { SiteLive } from "../fleet/fleet-store.ts";
import type { SiteId } from "../grid/site.ts";
import type { Tariff } from "../grid/tariff.ts";
import type { EpochMs } from "../time/clock.ts";
import type { IntervalMinutes } from "../time/delivery-interval.ts";

/** What a community is and what time it has. */
export interface CommunityInfo {
  readonly community: string;
  readonly feeder: string;
  /** ISO 4217 code. */
  readonly currency: string;
  readonly intervalMinutes: IntervalMinutes;
  readonly tariff: Tariff;
  /** Seconds of the community's time per real second; 1 with real hardware. */
  readonly speed: number;
  /** The community's own time. */
  readonly nowMs: EpochMs;
}

/** What this run has come to so far. */
export interface CommunityTotals {
  /** Intervals cleared. */
  readonly intervals: number;
  readonly trades: number;
  readonly tradedWh: number;
  readonly settledWh: number;
}

/** Whether one part of the community does its work now. */
export interface ComponentReadiness {
  /** What it is, e.g. `store`, `market`, `settlement`. */
  readonly component: string;
  readonly ok: boolean;
  /** How it is, for a person. */
  readonly message: string;
}

/** The running community, as the API sees it: a read model, and the owner's two requests. */
export interface CommunityView {
  info(): CommunityInfo;
  totals(): CommunityTotals;
  /** Every site, in the order of the configuration. */
  sites(): readonly SiteLive[];
  /** One site, or `null` when the community has none of this name. */
  site(siteId: SiteId): SiteLive | null;
  aggregate(): AggregateCapacity;
  /** Takes a site out of trading and commands; harmless when it is out already. */
  optOut(siteId: SiteId): void;
  /** Lets a site take part again; harmless when it does already. */
  optIn(siteId: SiteId): void;
  readiness(): Promise<readonly ComponentReadiness[]>;
}
