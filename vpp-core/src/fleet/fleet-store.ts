import { createStore } from "@xstate/store";
import type { DeviceId, DeviceIdentity } from "../der/device-identity.ts";
import type { Decision } from "../dispatch/decide.ts";
import type { LeaseOutcome } from "../dispatch/lease-watch.ts";
import type { SiteImage } from "../dispatch/site-image.ts";
import type { SiteMode } from "../dispatch/site-machine.ts";
import type { SiteId } from "../grid/site.ts";
import { type WattHours, wattHours } from "../units/energy.ts";
import { type MoneyNano, moneyNano, NO_MONEY } from "../units/money.ts";
import type { Watts } from "../units/power.ts";

/** How one device of a site is doing. */
export interface DeviceLive {
  readonly deviceId: DeviceId;
  /** `null` until it has been reached for the first time. */
  readonly identity: DeviceIdentity | null;
  readonly connected: boolean;
  /** Why it is not connected, or its last read failed; `null` when all is well. */
  readonly problem: string | null;
}

/** What a battery makes of what it was told. */
export interface BatteryLive {
  readonly deviceId: DeviceId;
  /** `null` while it is left to itself. */
  readonly outcome: LeaseOutcome | null;
  readonly commandedW: Watts | null;
  readonly measuredW: Watts | null;
  /** Leases in a row that it did not follow. */
  readonly misses: number;
  /** Why it does otherwise, or is not counted on; `null` when all is well. */
  readonly reason: string | null;
}

/** What is known of one site now. */
export interface SiteLive {
  readonly siteId: SiteId;
  readonly mode: SiteMode;
  readonly optedOut: boolean;
  readonly decision: Decision | null;
  readonly image: SiteImage | null;
  readonly devices: readonly DeviceLive[];
  /** The batteries that are under command, or not counted on. */
  readonly batteries: readonly BatteryLive[];
  /** Sold minus bought in the running delivery interval. */
  readonly netSoldWh: WattHours;
  /** What trading has brought so far against the retailer alone. */
  readonly savedNano: MoneyNano;
}

/** The live picture of every site: one writer per site, any number of readers. */
export interface FleetStore {
  readonly addSite: (siteId: SiteId, devices: readonly DeviceLive[]) => void;
  readonly updateDevice: (siteId: SiteId, device: DeviceLive) => void;
  readonly updateSite: (
    siteId: SiteId,
    change: Partial<Omit<SiteLive, "siteId" | "devices" | "savedNano">>,
  ) => void;
  readonly addSavings: (siteId: SiteId, savedNano: MoneyNano) => void;
  readonly site: (siteId: SiteId) => SiteLive | null;
  /** Every site, in the order they were added. */
  readonly sites: () => readonly SiteLive[];
}

/** Makes an empty fleet. */
export function createFleetStore(): FleetStore {
  const store = createStore({
    context: { sites: {} as Readonly<Record<string, SiteLive>> },
    on: {
      changed: (context, event: { site: SiteLive }) => ({
        sites: { ...context.sites, [event.site.siteId]: event.site },
      }),
    },
  });
  const site = (siteId: SiteId): SiteLive | null => store.getSnapshot().context.sites[siteId] ?? null;
  const change = (siteId: SiteId, of: (before: SiteLive) => SiteLive): void => {
    const before = site(siteId);
    if (before !== null) store.trigger.changed({ site: of(before) });
  };
  return {
    addSite: (siteId, devices) => store.trigger.changed({ site: newSite(siteId, devices) }),
    updateDevice: (siteId, device) =>
      change(siteId, (before) => ({
        ...before,
        devices: before.devices.map((known) => (known.deviceId === device.deviceId ? device : known)),
      })),
    updateSite: (siteId, fields) => change(siteId, (before) => ({ ...before, ...fields })),
    addSavings: (siteId, savedNano) =>
      change(siteId, (before) => ({ ...before, savedNano: moneyNano(before.savedNano + savedNano) })),
    site,
    sites: () => Object.values(store.getSnapshot().context.sites),
  };
}

function newSite(siteId: SiteId, devices: readonly DeviceLive[]): SiteLive {
  return {
    siteId,
    mode: "starting",
    optedOut: false,
    decision: null,
    image: null,
    devices,
    batteries: [],
    netSoldWh: wattHours(0),
    savedNano: NO_MONEY,
  };
}
