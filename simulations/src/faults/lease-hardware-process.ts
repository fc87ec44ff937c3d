import { appendFileSync } from "node:fs";
import { join } from "node:path";
import {
  BenchPlant,
  type EmulatedIdentity,
  NO_REGISTER_FAULTS,
  type Plant,
  type PlantRatings,
  type ProfileEmulator,
  profileByName,
  provisionTrust,
  type SunSpecEmulator,
  startOpcuaEmulator,
  startProfileEmulator,
  startSunSpecEmulator,
} from "@commonwatt/device-adapters";
import { type RunningService, serveChild, systemClock, wattHours, watts } from "@commonwatt/vpp-core";
import {
  type Doing,
  type HardwareInit,
  type HardwareReady,
  type SubjectName,
  TIMERLESS_PROFILE,
} from "./lease-messages.ts";

const HOST = "127.0.0.1";
/** No sun, so that the setpoint does not depend on the time of day. */
const RATINGS: PlantRatings = {
  pvPeakW: watts(0),
  inverterPowerMaxW: watts(8_000),
  batteryCapacityWh: wattHours(20_000),
  chargePowerMaxW: watts(5_000),
  dischargePowerMaxW: watts(5_000),
};

/** Writes down when a subject begins to do something else. */
function reporter(subject: SubjectName, logFile: string): (doing: Doing) => void {
  let before: Doing = "neutral";
  return (doing) => {
    if (doing === before) return;
    before = doing;
    appendFileSync(logFile, `${JSON.stringify({ subject, doing, atMs: systemClock.now() })}\n`);
  };
}

/** A plant that writes down when its battery, or its sun, comes under a command and when it is let go. */
function watchedPlant(battery: SubjectName, logFile: string, sun?: SubjectName): Plant {
  const plant = new BenchPlant({ startMs: systemClock.now(), ratings: RATINGS });
  const onBattery = reporter(battery, logFile);
  const onSun = sun === undefined ? () => undefined : reporter(sun, logFile);
  return {
    ratings: plant.ratings,
    advanceTo: (now) => plant.advanceTo(now),
    state: () => plant.state(),
    setBatteryWindow(window) {
      plant.setBatteryWindow(window);
      const direction = plant.state().batteryPowerW < 0 ? "charge" : "discharge";
      onBattery(window === null ? "neutral" : direction);
    },
    setPvLimit(limitW) {
      plant.setPvLimit(limitW);
      onSun(limitW === null ? "neutral" : "limited");
    },
  };
}

function identityOf(name: string, model: string): EmulatedIdentity {
  return { manufacturer: "Commonwatt Emulated", model, serialNumber: `LEASE-${name}`, firmware: "1.0" };
}

/** An inverter with a battery as unit 1, unless its plant is served elsewhere, and its meter as unit 200. */
function startSunSpec(
  name: string,
  plant: Plant,
  kind: "hybrid" | "der" | null,
  timerStuck = false,
): Promise<SunSpecEmulator> {
  const meter = { unit: 200, plant, kind: "meter", identity: identityOf(name, "Meter") } as const;
  const inverters = kind === null ? [] : [{ unit: 1, plant, kind, identity: identityOf(name, "Hybrid") }];
  return startSunSpecEmulator({
    host: HOST,
    port: 0,
    clock: systemClock,
    units: [...inverters, meter],
    registerFaults: () => ({ ...NO_REGISTER_FAULTS, timerStuck }),
  });
}

function startProfile(plant: Plant): Promise<ProfileEmulator> {
  const profile = profileByName(TIMERLESS_PROFILE);
  if (profile.kind !== "registers") throw new TypeError(`${TIMERLESS_PROFILE} has no registers of its own`);
  const identity = identityOf("profile", profile.model);
  return startProfileEmulator({ host: HOST, port: 0, clock: systemClock, profile, plant, identity });
}

/** Emulated hardware that outlives every controller: batteries and inverters with a timer, and without. */
async function start({ logFile, pkiDirectory }: HardwareInit): Promise<RunningService<HardwareReady>> {
  const serverPkiDirectory = join(pkiDirectory, "server");
  const clientPkiDirectory = join(pkiDirectory, "client");
  const { serverCertificateFile } = await provisionTrust({ serverPkiDirectory, clientPkiDirectory });
  const profilePlant = watchedPlant("profile", logFile);
  const opcuaHome = (name: string, subject: SubjectName, neverEnds: boolean) => ({
    ...{ name, neverEnds, plant: watchedPlant(subject, logFile), identity: identityOf(name, "Gateway") },
  });
  const [model124, model704, stuck, profileMeter, profile, opcua] = await Promise.all([
    startSunSpec("model124", watchedPlant("model124", logFile, "pvLimit123"), "hybrid"),
    startSunSpec("model704", watchedPlant("model704", logFile, "pvLimit704"), "der"),
    startSunSpec("stuck", watchedPlant("model124Stuck", logFile), "hybrid", true),
    startSunSpec("profile", profilePlant, null),
    startProfile(profilePlant),
    startOpcuaEmulator({
      port: 0,
      clock: systemClock,
      pkiDirectory: serverPkiDirectory,
      homes: [opcuaHome("home", "opcua", false), opcuaHome("endless", "opcuaEndless", true)],
    }),
  ]);
  return {
    ready: {
      model124Port: model124.port,
      model704Port: model704.port,
      stuckPort: stuck.port,
      profilePort: profile.port,
      profileMeterPort: profileMeter.port,
      endpointUrl: opcua.endpointUrl,
      clientPkiDirectory,
      serverCertificateFile,
    },
    stop: async () => {
      await Promise.all(
        [model124, model704, stuck, profileMeter, profile, opcua].map((each) => each.close()),
      );
    },
  };
}

serveChild(start);
