import { appendFileSync } from "node:fs";
import { join } from "node:path";
import {
  BenchPlant,
  NO_REGISTER_FAULTS,
  type Plant,
  type PlantRatings,
  provisionTrust,
  type SunSpecEmulator,
  startOpcuaEmulator,
  startSunSpecEmulator,
} from "@commonwatt/device-adapters";
import { type RunningService, serveChild, systemClock, wattHours, watts } from "@commonwatt/vpp-core";
import type { BatteriesInit, BatteriesReady, BatteryDoing, BatteryName } from "./lease-messages.ts";

const HOST = "127.0.0.1";
/** No sun, so that the setpoint does not depend on the time of day. */
const RATINGS: PlantRatings = {
  pvPeakW: watts(0),
  inverterPowerMaxW: watts(8_000),
  batteryCapacityWh: wattHours(20_000),
  chargePowerMaxW: watts(5_000),
  dischargePowerMaxW: watts(5_000),
};

/** A plant that writes down when its battery comes under a command, and when it is let go. */
function watchedPlant(battery: BatteryName, logFile: string): Plant {
  const plant = new BenchPlant({ startMs: systemClock.now(), ratings: RATINGS });
  let before: BatteryDoing = "neutral";
  return {
    ratings: plant.ratings,
    advanceTo: (now) => plant.advanceTo(now),
    state: () => plant.state(),
    setBatteryWindow(window) {
      plant.setBatteryWindow(window);
      const direction = plant.state().batteryPowerW < 0 ? "charge" : "discharge";
      const doing = window === null ? "neutral" : direction;
      if (doing === before) return;
      before = doing;
      appendFileSync(logFile, `${JSON.stringify({ battery, doing, atMs: systemClock.now() })}\n`);
    },
  };
}

function identityOf(
  battery: BatteryName,
  model: string,
): Record<"model" | "serialNumber", string> & {
  readonly manufacturer: string;
  readonly firmware: string;
} {
  return { manufacturer: "Commonwatt Emulated", model, serialNumber: `LEASE-${battery}`, firmware: "1.0" };
}

function startModbus(battery: BatteryName, logFile: string, timerStuck: boolean): Promise<SunSpecEmulator> {
  const plant = watchedPlant(battery, logFile);
  return startSunSpecEmulator({
    host: HOST,
    port: 0,
    clock: systemClock,
    units: [
      { unit: 1, plant, kind: "hybrid", identity: identityOf(battery, "Hybrid") },
      { unit: 200, plant, kind: "meter", identity: identityOf(battery, "Meter") },
    ],
    registerFaults: () => ({ ...NO_REGISTER_FAULTS, timerStuck }),
  });
}

/** Emulated batteries that outlive every controller: over Modbus, over OPC UA, and one without a timer. */
async function start({ logFile, pkiDirectory }: BatteriesInit): Promise<RunningService<BatteriesReady>> {
  const serverPkiDirectory = join(pkiDirectory, "server");
  const clientPkiDirectory = join(pkiDirectory, "client");
  const { serverCertificateFile } = await provisionTrust({ serverPkiDirectory, clientPkiDirectory });
  const [modbus, timerless, opcua] = await Promise.all([
    startModbus("modbus", logFile, false),
    startModbus("timerless", logFile, true),
    startOpcuaEmulator({
      port: 0,
      clock: systemClock,
      pkiDirectory: serverPkiDirectory,
      homes: [
        { name: "home", plant: watchedPlant("opcua", logFile), identity: identityOf("opcua", "Gateway") },
      ],
    }),
  ]);
  return {
    ready: {
      modbusPort: modbus.port,
      timerlessPort: timerless.port,
      endpointUrl: opcua.endpointUrl,
      clientPkiDirectory,
      serverCertificateFile,
    },
    stop: async () => {
      await Promise.all([modbus.close(), timerless.close(), opcua.close()]);
    },
  };
}

serveChild(start);
