import { type SunSpecEmulatorUnit, startSunSpecEmulator } from "@commonwatt/device-adapters";
import type { Clock } from "@commonwatt/vpp-core";
import type { EmulatorInit, ModbusHardware } from "./emulator-messages.ts";
import { identityOf } from "./hardware-identity.ts";
import type { KeptPlant } from "./kept-plants.ts";

/** Unit ids of a home's devices: an inverter is unit 1 and its meter 200; a meter alone is unit 1. */
const FIRST_UNIT = 1;
const METER_BESIDE_INVERTER_UNIT = 200;

/** Starts a SunSpec server for each home, on a port of its own. */
export async function emulateModbus(
  init: EmulatorInit,
  plants: readonly KeptPlant[],
  clock: Clock,
): Promise<{ addresses: readonly ModbusHardware[]; close(): Promise<void> }> {
  const servers = await Promise.all(
    plants.map(async (kept, index) => {
      const port = init.ports[index] ?? 0;
      const units = unitsOf(kept, init.street.seed);
      return { kept, server: await startSunSpecEmulator({ host: init.host, port, clock, units }) };
    }),
  );
  return {
    addresses: servers.map(({ kept, server }) => ({
      protocol: "modbus",
      homeId: kept.home.id,
      host: init.host,
      port: server.port,
      inverterUnit: kept.home.kind === "hybrid" ? FIRST_UNIT : null,
      meterUnit: kept.home.kind === "hybrid" ? METER_BESIDE_INVERTER_UNIT : FIRST_UNIT,
    })),
    close: async () => {
      await Promise.all(servers.map(({ server }) => server.close()));
    },
  };
}

function unitsOf({ home, plant }: KeptPlant, seed: number): SunSpecEmulatorUnit[] {
  const meter = { plant, kind: "meter", identity: identityOf(home, seed, "meter") } as const;
  if (home.kind === "consumer") return [{ ...meter, unit: FIRST_UNIT }];
  return [
    { unit: FIRST_UNIT, plant, kind: "hybrid", identity: identityOf(home, seed, "inverter") },
    { ...meter, unit: METER_BESIDE_INVERTER_UNIT },
  ];
}
