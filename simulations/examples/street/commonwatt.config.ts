import { sunspecFacade } from "@commonwatt/device-adapters";
import { callAuction } from "@commonwatt/market";
import { escrow } from "@commonwatt/settlement";
import {
  buildStreet,
  type HardwareAddress,
  homeDevices,
  keepStreet,
  STREET_HOMES_MAX,
  type StreetHome,
  startStreetHardware,
  streetForecaster,
  streetHash,
} from "@commonwatt/simulations";
import {
  type ConfigFile,
  defineConfig,
  epochMs,
  priceMicroPerKwh,
  type SiteConfig,
  wattHours,
  watts,
} from "@commonwatt/vpp-core";

/** A sunny morning at midsummer: the roofs wake up, the batteries are at very different levels. */
const MORNING = epochMs(Date.UTC(2026, 5, 21, 6, 50));

/** What the owner of a battery keeps in it, whatever the market pays. */
const RESERVE_PERCENT = 15;

/**
 * The street: homes on one feeder whose hardware is emulated on the wire. With real hardware, `sites` lists
 * the addresses of real devices, `world` is left out and `simulatedStartMs` is `null`.
 */
export const config: ConfigFile = defineConfig({
  options: {
    homes: { describe: "how many homes", min: 1, max: STREET_HOMES_MAX, default: 12 },
    seed: { describe: "which homes, weather and loads", min: 0, max: 2 ** 31 - 1, default: 1 },
  },
  simulatedStartMs: MORNING,
  async setup({ options, directory, startMs, logger }) {
    const { homes, seed } = options;
    const street = buildStreet({ homes, seed });
    keepStreet(directory, street);
    const hardware = await startStreetHardware({ street, startMs, directory, logger });
    const addresses = new Map(hardware.devices.map((address) => [address.homeId, address]));
    return {
      community: "street",
      feeder: "feeder-1",
      currency: "EUR",
      intervalMinutes: 15,
      tariff: { retailPrice: priceMicroPerKwh(300_000), feedInPrice: priceMicroPerKwh(80_000) },
      venue: callAuction(),
      rail: escrow(),
      world: hardware,
      scenario: { seed, homes, hash: streetHash(street) },
      sites: street.homes.map((home, at) => ({
        ...site(home, addresses.get(home.id)),
        // The first home is shared with whoever wants to read it; its port is told when it is up.
        servers: at === 0 ? [sunspecFacade({ port: 0 })] : [],
      })),
    };
  },
});

function site(home: StreetHome, address: HardwareAddress | undefined): SiteConfig {
  return {
    id: home.id,
    devices: address === undefined ? [] : homeDevices(address),
    limits: { importPowerMaxW: watts(17_000), exportPowerMaxW: watts(12_000) },
    reserveWh: wattHours(Math.floor(((home.battery?.capacityWh ?? 0) * RESERVE_PERCENT) / 100)),
    forecaster: streetForecaster(home),
  };
}
