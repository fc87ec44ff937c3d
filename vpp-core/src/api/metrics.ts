import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { goodValue, type Measured } from "../der/measured.ts";
import type { SiteLive } from "../fleet/fleet-store.ts";
import type { CommunityView } from "./community-view.ts";

/** The figures of a community for a monitoring system. */
export interface Metrics {
  readonly contentType: string;
  /** All metrics in Prometheus text format, taken now. */
  text(): Promise<string>;
}

const SITE_POINTS = [
  ["gridPowerW", "commonwatt_site_grid_power_watts", "Power at the grid connection, + is import"],
  ["pvPowerW", "commonwatt_site_pv_power_watts", "Power of the solar modules"],
  ["batteryPowerW", "commonwatt_site_battery_power_watts", "Power of the battery, + is discharge"],
  ["storedEnergyWh", "commonwatt_site_stored_energy_watt_hours", "Energy in the battery"],
] as const;

/** Makes the metrics: those of the process, and gauges that are read from the community when asked for. */
export function communityMetrics(community: CommunityView): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const [point, name, help] of SITE_POINTS) {
    siteGauge(registry, community, name, help, (site) => {
      const measured: Measured | undefined = site.image?.[point];
      return goodValue(measured);
    });
  }
  siteGauge(
    registry,
    community,
    "commonwatt_site_net_sold_watt_hours",
    "Sold minus bought now",
    (site) => site.netSoldWh,
  );
  siteGauge(
    registry,
    community,
    "commonwatt_site_devices_connected",
    "Devices that answer",
    (site) => site.devices.filter((device) => device.connected).length,
  );
  fleetGauge(
    registry,
    "commonwatt_capacity_up_watts",
    "Power the batteries could add",
    () => community.aggregate().upW,
  );
  fleetGauge(
    registry,
    "commonwatt_capacity_down_watts",
    "Power the batteries could take",
    () => community.aggregate().downW,
  );
  fleetGauge(registry, "commonwatt_sites", "Sites of the community", () => community.sites().length);
  return { contentType: registry.contentType, text: () => registry.metrics() };
}

/** A gauge with one value per site; a site whose value is not good has none. */
function siteGauge(
  registry: Registry,
  community: CommunityView,
  name: string,
  help: string,
  figureOf: (site: SiteLive) => number | null,
): void {
  new Gauge({
    name,
    help,
    labelNames: ["site"],
    registers: [registry],
    collect() {
      this.reset();
      for (const site of community.sites()) {
        const value = figureOf(site);
        if (value !== null) this.set({ site: site.siteId }, value);
      }
    },
  });
}

function fleetGauge(registry: Registry, name: string, help: string, figureOf: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(figureOf());
    },
  });
}
