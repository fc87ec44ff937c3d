import type { CommunityView, ComponentHealth } from "../api/community-view.ts";
import { aggregateCapacity } from "../fleet/aggregate-capacity.ts";
import type { CommunityConfig } from "./config.ts";
import type { CommunityContext } from "./start-sites.ts";

/** Shows a running community to the API. */
export function communityView(
  config: CommunityConfig,
  context: CommunityContext,
  speed: number,
): CommunityView {
  const { fleet, sites, clock, store } = context;
  return {
    info: () => ({
      community: config.community,
      feeder: config.feeder,
      currency: config.currency,
      intervalMinutes: config.intervalMinutes,
      tariff: config.tariff,
      speed,
      nowMs: clock.now(),
    }),
    sites: () => fleet.sites(),
    site: (siteId) => fleet.site(siteId),
    aggregate: () => aggregateCapacity(fleet.sites()),
    setOptedOut(siteId, optedOut) {
      const runner = sites.find((site) => site.siteId === siteId);
      runner?.setOptedOut(optedOut);
      if (runner !== undefined) fleet.updateSite(siteId, { optedOut });
      return runner !== undefined;
    },
    async readiness() {
      const isStoreUp = await store.healthy();
      const silent = fleet.sites().flatMap((site) => site.devices.filter((device) => !device.connected));
      const health: ComponentHealth[] = [
        { component: "store", ok: isStoreUp, message: isStoreUp ? store.description : "does not answer" },
        {
          component: "devices",
          ok: true,
          message:
            silent.length === 0 ? "all answer" : `silent: ${silent.map((each) => each.deviceId).join(", ")}`,
        },
      ];
      return health;
    },
  };
}
