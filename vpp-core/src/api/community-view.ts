import type { AggregateCapacity } from "../fleet/aggregate-capacity.ts";
import type { SiteLive } from "../fleet/fleet-store.ts";
import type { SiteId } from "../grid/site.ts";
import type { Tariff } from "../grid/tariff.ts";
import type { EpochMs } from "../time/clock.ts";
import type { IntervalMinutes } from "../time/delivery-interval.ts";

/** What a community is, and what time it is there. */
export interface CommunityInfo {
  readonly community: string;
  readonly feeder: string;
  /** ISO 4217 code that money is in. */
  readonly currency: string;
  readonly intervalMinutes: IntervalMinutes;
  readonly tariff: Tariff;
  /** Seconds of the community's time per real second. */
  readonly speed: number;
  readonly nowMs: EpochMs;
}

/** Whether a part that requests depend on is working. */
export interface ComponentHealth {
  readonly component: string;
  readonly ok: boolean;
  readonly message: string;
}

/** The running community as the API sees it. */
export interface CommunityView {
  info(): CommunityInfo;
  /** Every site, in the order of the configuration. */
  sites(): readonly SiteLive[];
  site(siteId: SiteId): SiteLive | null;
  aggregate(): AggregateCapacity;
  /** Takes a site out of market and dispatch, or back in; `false` when there is no such site. */
  setOptedOut(siteId: SiteId, optedOut: boolean): boolean;
  readiness(): Promise<readonly ComponentHealth[]>;
}
