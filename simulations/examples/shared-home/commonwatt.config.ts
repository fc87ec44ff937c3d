import { join } from "node:path";
import {
  BenchPlant,
  modbus,
  opcuaSiteServer,
  startSunSpecEmulator,
  sunspecFacade,
} from "@commonwatt/device-adapters";
import { callAuction } from "@commonwatt/market";
import { escrow } from "@commonwatt/settlement";
import {
  type ConfigFile,
  defineConfig,
  deviceId,
  priceMicroPerKwh,
  systemClock,
  wattHours,
  watts,
} from "@commonwatt/vpp-core";

const HOST = "127.0.0.1";
const PORT_MAX = 65_535;

/**
 * A home in real time, with emulated hardware, that others read by SunSpec and command by OPC UA. The energy
 * manager logs in as `ems` with the password in `EMS_PASSWORD`; without one, nobody commands. Its certificate
 * goes into `hardware/pki/trusted/certs` of the folder of `--data`.
 */
export const config: ConfigFile = defineConfig({
  options: {
    "sunspec-port": { describe: "port of the façade; 0 for any", min: 0, max: PORT_MAX, default: 1502 },
    "opcua-port": { describe: "port of the OPC UA server; 0 for any", min: 0, max: PORT_MAX, default: 4840 },
  },
  simulatedStartMs: null,
  async setup({ options, directory }) {
    const hardware = await startHardware();
    const password = process.env["EMS_PASSWORD"] ?? "";
    const address = { host: HOST, port: hardware.port };
    return {
      community: "shared-home",
      feeder: "feeder-1",
      currency: "EUR",
      intervalMinutes: 15,
      tariff: { retailPrice: priceMicroPerKwh(300_000), feedInPrice: priceMicroPerKwh(80_000) },
      venue: callAuction(),
      rail: escrow(),
      world: { go: () => undefined, stop: () => hardware.close() },
      sites: [
        {
          id: "home-1",
          devices: [
            modbus({ id: deviceId("home-1/inverter"), ...address, unit: 1 }),
            modbus({ id: deviceId("home-1/meter"), ...address, unit: 200 }),
          ],
          limits: { importPowerMaxW: watts(17_000), exportPowerMaxW: watts(12_000) },
          reserveWh: wattHours(1_000),
          servers: [
            sunspecFacade({ port: options["sunspec-port"] }),
            opcuaSiteServer({
              port: options["opcua-port"],
              pkiDirectory: join(directory, "pki"),
              users: password === "" ? [] : [{ userName: "ems", password, mayCommand: true }],
              anonymousReads: true,
            }),
          ],
        },
      ],
    };
  },
});

/** A hybrid inverter and its meter on the wire; with real ones, their addresses are all there is. */
function startHardware(): ReturnType<typeof startSunSpecEmulator> {
  const plant = new BenchPlant({ startMs: systemClock.now() });
  const identity = { manufacturer: "Acme", model: "Hybrid", serialNumber: "H-1", firmware: "1.0" };
  return startSunSpecEmulator({
    host: HOST,
    port: 0,
    clock: systemClock,
    units: [
      { unit: 1, plant, kind: "hybrid", identity },
      { unit: 200, plant, kind: "meter", identity: { ...identity, model: "Meter", serialNumber: "M-1" } },
    ],
  });
}
