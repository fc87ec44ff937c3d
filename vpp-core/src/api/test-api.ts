import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { deviceId } from "../der/device-identity.ts";
import { good, missing } from "../der/measured.ts";
import { siteImage } from "../dispatch/site-image.ts";
import { aggregateCapacity } from "../fleet/aggregate-capacity.ts";
import { createFleetStore, type FleetStore } from "../fleet/fleet-store.ts";
import { siteId } from "../grid/site.ts";
import type { RoutePlugin } from "../ports/route-plugin.ts";
import type { Store } from "../ports/store.ts";
import { startEmbeddedPostgres } from "../store/embedded-postgres.ts";
import { openPostgresStore } from "../store/postgres-store.ts";
import { keptLog, testFolder } from "../store/test-database.ts";
import { durationMs, type EpochMs, epochMs } from "../time/clock.ts";
import { systemClock } from "../time/system-clock.ts";
import { wattHours } from "../units/energy.ts";
import { moneyNano } from "../units/money.ts";
import { type Watts, watts } from "../units/power.ts";
import { priceMicroPerKwh } from "../units/price.ts";
import { buildApi } from "./app.ts";
import type { CommunityView, ComponentHealth } from "./community-view.ts";

/** What time it is in the community of the tests. */
export const NOW: EpochMs = epochMs(Date.UTC(2026, 5, 21, 12, 0));

/** An API over a real store and a fleet of two homes: one whole, one that nobody has reached yet. */
export interface TestApi {
  readonly app: FastifyInstance;
  readonly store: Store;
  readonly fleet: FleetStore;
  readonly view: CommunityView;
  /** What readiness says beside the store. */
  readonly components: ComponentHealth[];
  readonly logLines: readonly string[];
  close(): Promise<void>;
}

/** A fleet with one home whose values are known but for its solar power, and one that is silent. */
function twoHomes(): FleetStore {
  const fleet = createFleetStore();
  const id = deviceId("home-1/inverter");
  const address = "127.0.0.1:5020 unit 1";
  const maker = { manufacturer: "Example", model: "H-8", serialNumber: "1", firmware: null };
  const identity = { protocol: "modbus", address, ...maker } as const;
  fleet.addSite(siteId("home-1"), [{ deviceId: id, identity, connected: true, problem: null }]);
  const points = {
    gridPowerW: good(watts(-1_200), NOW),
    pvPowerW: missing<Watts>("bad", "the device reports NaN", NOW),
    batteryPowerW: good(watts(500), NOW),
    storedEnergyWh: good(wattHours(4_000), NOW),
    batteryCapacityWh: good(wattHours(10_000), NOW),
    chargePowerMaxW: good(watts(3_000), NOW),
    dischargePowerMaxW: good(watts(2_000), NOW),
  };
  const image = siteImage([{ deviceId: id, readAtMs: NOW, points }], NOW, durationMs(60_000));
  const decision = { setpointW: watts(500), authority: "market", reason: "sold 250 Wh" } as const;
  fleet.updateSite(siteId("home-1"), { mode: "scheduled", image, decision, netSoldWh: wattHours(250) });
  fleet.addSavings(siteId("home-1"), moneyNano(2n ** 60n));
  const silent = { deviceId: deviceId("home-2/meter"), identity: null, connected: false };
  fleet.addSite(siteId("home-2"), [{ ...silent, problem: "connection refused" }]);
  return fleet;
}

function viewOf(fleet: FleetStore, store: Store, components: readonly ComponentHealth[]): CommunityView {
  return {
    info: () => ({
      community: "street",
      feeder: "feeder-1",
      currency: "EUR",
      intervalMinutes: 15,
      tariff: { retailPrice: priceMicroPerKwh(300_000), feedInPrice: priceMicroPerKwh(80_000) },
      speed: 90,
      nowMs: NOW,
    }),
    sites: () => fleet.sites(),
    site: (id) => fleet.site(id),
    aggregate: () => aggregateCapacity(fleet.sites()),
    setOptedOut(id, optedOut) {
      fleet.updateSite(id, { optedOut });
      return fleet.site(id) !== null;
    },
    async readiness() {
      return [{ component: "store", ok: await store.healthy(), message: store.description }, ...components];
    },
  };
}

/** Starts the API of the tests; `close` ends its database. */
export async function startTestApi(routes: readonly RoutePlugin[] = []): Promise<TestApi> {
  const folder = testFolder();
  const { logger, lines } = keptLog();
  const server = await startEmbeddedPostgres(join(folder.path, "postgres"));
  const store = await openPostgresStore({
    connectionString: server.connectionString,
    logger,
    wallClock: systemClock,
    spoolDirectory: join(folder.path, "spool"),
  });
  const fleet = twoHomes();
  const components: ComponentHealth[] = [];
  const view = viewOf(fleet, store, components);
  const app = await buildApi({ community: view, store, routes, logger });
  return {
    app,
    store,
    fleet,
    view,
    components,
    logLines: lines,
    async close() {
      await app.close();
      await store.close();
      await server.stop();
      folder.remove();
    },
  };
}
