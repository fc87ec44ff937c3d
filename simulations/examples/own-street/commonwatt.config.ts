import { modbus, sunspecFacade } from "@commonwatt/device-adapters";
import { callAuction } from "@commonwatt/market";
import { escrow } from "@commonwatt/settlement";
import { type ConfigFile, deviceId, priceMicroPerKwh, wattHours, watts } from "@commonwatt/vpp-core";

export const config: ConfigFile = {
  options: {},
  simulatedStartMs: null,
  setup: async () => ({
    community: "my-street",
    feeder: "feeder-1",
    currency: "EUR",
    intervalMinutes: 15,
    tariff: { retailPrice: priceMicroPerKwh(300_000), feedInPrice: priceMicroPerKwh(80_000) },
    venue: callAuction(),
    rail: escrow(),
    sites: [
      {
        id: "home-1",
        devices: [
          modbus({ id: deviceId("home-1/inverter"), host: "192.0.2.10", port: 502, unit: 1 }),
          modbus({ id: deviceId("home-1/meter"), host: "192.0.2.10", port: 502, unit: 200 }),
        ],
        limits: { importPowerMaxW: watts(17_000), exportPowerMaxW: watts(10_000) },
        reserveWh: wattHours(1_000),
        // What others may read of this home, without another client at the inverter.
        servers: [sunspecFacade({ port: 1502 })],
      },
    ],
  }),
};
