import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Device,
  type DeviceConnector,
  type DeviceContext,
  deviceId,
  durationMs,
  epochMs,
  type SimulatedClock,
  simulatedClock,
  wattHours,
  watts,
} from "@commonwatt/vpp-core";
import { BenchPlant } from "../src/emulator/bench-plant.ts";
import { emulatedHome } from "../src/emulator/opcua-home.ts";
import { startProfileEmulator } from "../src/emulator/profile/profile-emulator.ts";
import { startSunSpecEmulator } from "../src/emulator/sunspec-emulator.ts";
import type { WireHook } from "../src/modbus/modbus-server.ts";
import { provisionTrust } from "../src/opcua/application-certificate.ts";
import { startDerServer } from "../src/opcua/der-server.ts";
import { opcua } from "../src/opcua/opcua-connector.ts";
import { modbusProfile } from "../src/profile-device/profile-connector.ts";
import { profileByName } from "../src/profiles/profiles.ts";
import { modbus } from "../src/sunspec/sunspec-connector.ts";
import { hurried } from "./check-fixture.ts";
import { MIDNIGHT, RATINGS } from "./emulated-home.ts";
import { foreignNodes, startForeignServer, WATCHDOG_MS } from "./foreign-opcua-server.ts";
import { testContext } from "./test-context.ts";

/** A battery behind a driver, at midnight in a house that takes 500 W. */
export interface LeaseRig extends AsyncDisposable {
  readonly clock: SimulatedClock;
  readonly device: Device;
  /** What the battery does when `seconds` have passed, by its plant; + is discharge. */
  after(seconds: number): Promise<number>;
  /** Lets the device take every write and carry out none; or hear again. */
  deafen(isDeaf: boolean): void;
  /** Ends the driver without a word to the device, and opens the next one, as after a kill. */
  restart(): Promise<Device>;
}

/** A driver to hold to the contract of leases. */
export interface LeaseDriver {
  readonly name: string;
  /** Seconds after which the device ends a command of 60 s that nobody is left to end; `null` is never. */
  readonly endsAfterS: number | null;
  /** Whether what was written can be read back. */
  readonly readsBack: boolean;
  /** Whether device or driver end a lease by themselves; else the site's comparison with its measured power does. */
  readonly endsInTime: boolean;
  /** Seconds that the device takes to go its own way once it is released. */
  readonly releaseTakesS: number;
  /** Starts the device with its battery filled to `storedWh`. */
  open(storedWh: number): Promise<LeaseRig>;
}

const HOST = "127.0.0.1";
const CLOCK_UNIT = 1;
const IDENTITY = { manufacturer: "Bench", model: "Hybrid", serialNumber: "H-1", firmware: "2.5" };
const WRITE_REGISTER = 6;
const WRITE_REGISTERS = 16;
/** Transaction, protocol, length, unit, function, address, count: what the answer to function 16 repeats. */
const ECHO_LENGTH = 12;

interface Emulated {
  readonly connector: DeviceConnector;
  /** What the driver gets, where it is not the usual. */
  readonly context?: DeviceContext;
  /** The longest stretch that time may jump over; any unless given. */
  readonly stepMs?: number;
  /** Brings the plant up to now, when all that the driver does now is done. */
  settle(device: Device): void | Promise<void>;
  deafen(isDeaf: boolean): void;
  close(): Promise<void>;
}

async function rigOf(storedWh: number, start: Start): Promise<LeaseRig> {
  const clock = simulatedClock(MIDNIGHT);
  const plant = new BenchPlant({
    startMs: MIDNIGHT,
    ratings: RATINGS,
    storedEnergyWh: wattHours(storedWh),
  });
  const emulated = await start(plant, clock);
  const context = emulated.context ?? testContext(clock);
  let device = await emulated.connector.connect(context);
  return {
    clock,
    get device() {
      return device;
    },
    async after(seconds) {
      const untilMs = clock.now() + durationMs(1_000 * seconds);
      do {
        clock.advanceTo(epochMs(Math.min(untilMs, clock.now() + (emulated.stepMs ?? untilMs))));
        await emulated.settle(device);
      } while (clock.now() < untilMs);
      return plant.state().batteryPowerW;
    },
    deafen: emulated.deafen,
    async restart() {
      await device.close();
      device = await emulated.connector.connect(context);
      return device;
    },
    [Symbol.asyncDispose]: async () => {
      await device.close();
      await emulated.close();
    },
  };
}

type Start = (plant: BenchPlant, clock: SimulatedClock) => Promise<Emulated>;

/** A wire on which writes can be answered and lost. */
function losingWire(): { readonly wire: WireHook; deafen(isDeaf: boolean): void } {
  let isDeaf = false;
  return {
    deafen: (next) => {
      isDeaf = next;
    },
    wire: {
      connected: () => true,
      exchange(socket, request, answer) {
        const isWrite = [WRITE_REGISTER, WRITE_REGISTERS].includes(request.readUInt8(7));
        if (!isDeaf || !isWrite) return void socket.write(answer());
        const echo = Buffer.from(request.subarray(0, ECHO_LENGTH));
        echo.writeUInt16BE(ECHO_LENGTH - 6, 4);
        socket.write(echo);
      },
    },
  };
}

function sunSpec(kind: "hybrid" | "der"): Start {
  return async (plant, clock) => {
    const { wire, deafen } = losingWire();
    const units = [{ unit: CLOCK_UNIT, plant, kind, identity: IDENTITY }];
    const { port, close } = await startSunSpecEmulator({ host: HOST, port: 0, clock, units, wire });
    const connector = modbus({ id: deviceId("rig"), host: HOST, port, unit: CLOCK_UNIT, backOffBaseMs: 20 });
    return { connector, deafen, close, settle: () => plant.advanceTo(clock.now()) };
  };
}

function profiled(name: string): Start {
  return async (plant, clock) => {
    const { wire, deafen } = losingWire();
    const profile = hurried(profileByName(name));
    if (profile.kind !== "registers") throw new TypeError(`${name} has no registers of its own`);
    const served = { host: HOST, port: 0, clock, profile, plant, identity: IDENTITY, wire };
    const { port, close, settle } = await startProfileEmulator(served);
    const { batteryCapacityWh, chargePowerMaxW, dischargePowerMaxW } = RATINGS;
    const configured = { batteryCapacityWh, chargePowerMaxW, dischargePowerMaxW };
    const at = { id: deviceId("rig"), host: HOST, port, backOffBaseMs: 20 };
    return { connector: modbusProfile({ ...at, ...configured, profile }), deafen, close, settle };
  };
}

/** Methods with an end; `neverEnds` serves a battery that does not heed it. */
function methods(neverEnds: boolean): Start {
  return async (plant, clock) => {
    const directory = mkdtempSync(join(tmpdir(), "commonwatt-lease-rig-"));
    const [serverPkiDirectory, pkiDirectory] = [join(directory, "server"), join(directory, "client")];
    const { serverCertificateFile } = await provisionTrust({
      serverPkiDirectory,
      clientPkiDirectory: pkiDirectory,
    });
    let isDeaf = false;
    const { served, close } = emulatedHome({ name: "home", plant, identity: IDENTITY, neverEnds }, clock);
    const { battery } = served;
    if (battery === null) throw new TypeError("the plant has no battery");
    const losing = {
      ...served,
      battery: {
        setActivePower: (...[powerW, validUntilMs, sequence]: Parameters<typeof battery.setActivePower>) =>
          isDeaf
            ? ({ status: "taken", appliedPowerW: powerW } as const)
            : battery.setActivePower(powerW, validUntilMs, sequence),
        release: (sequence: number) =>
          isDeaf
            ? ({ status: "taken", appliedPowerW: plant.state().batteryPowerW } as const)
            : battery.release(sequence),
        setpointW: () => battery.setpointW(),
        lastSequence: () => battery.lastSequence(),
      },
    };
    const server = await startDerServer({
      ...{
        host: HOST,
        port: 0,
        pkiDirectory: serverPkiDirectory,
        access: { users: [], anonymous: "commands" },
        homes: [losing],
      },
    });
    const { endpointUrl } = server;
    return {
      connector: opcua({
        ...{ id: "rig", endpointUrl, home: "home", pkiDirectory, serverCertificateFile },
        ...{ requestTimeoutMs: 10_000, connectTimeoutMs: 20_000 },
      }),
      deafen: (next) => {
        isDeaf = next;
      },
      settle: () => void battery.setpointW(),
      close: async () => {
        close();
        await server.close();
        rmSync(directory, { recursive: true });
      },
    };
  };
}

/**
 * A setpoint and a watchdog. All its time is the rig's: it passes in steps of the heartbeat, and each waits until
 * the driver has done what is due.
 */
function setpoint(neutralKw: number | null): Start {
  return async (plant, clock) => {
    const directory = mkdtempSync(join(tmpdir(), "commonwatt-lease-rig-"));
    const pkiDirectory = join(directory, "client");
    const sides = { clientPkiDirectory: pkiDirectory, serverPkiDirectory: join(directory, "server") };
    const trusted = { pkiDirectory, ...(await provisionTrust(sides)) };
    const server = await startForeignServer({
      directory,
      clock,
      neutralKw,
      policies: ["Aes256_Sha256_RsaPss"],
    });
    const { deafen } = server;
    server.values.soc = plant.state().storedEnergyWh / 100;
    const { battery, ...others } = foreignNodes;
    if (battery === null || !("watchdog" in battery)) throw new TypeError("it has no watchdog");
    const nodes = {
      ...others,
      points: {
        ...others.points,
        ...{ chargePowerMaxW: { constant: 5_000 }, dischargePowerMaxW: { constant: 4_000 } },
      },
      battery: { ...battery, neutral: neutralKw ?? 0 },
    };
    const connector = opcua({
      ...{ id: "rig", endpointUrl: `opc.tcp://${HOST}:${server.port}`, nodes, ...trusted },
      // The server's own time is the machine's; and no silence of it is counted in ours.
      ...{ clockSkewMaxMs: Number.MAX_SAFE_INTEGER, publishingIntervalMs: 10_000 },
      ...{ requestTimeoutMs: 10_000, connectTimeoutMs: 60_000 },
    });
    return {
      ...{ connector, deafen, stepMs: 1_000, context: { ...testContext(clock), wallClock: clock } },
      async settle(device) {
        // Commands go one after the other: this one is refused, when those before it are done.
        await device.battery?.apply({ batteryPowerW: watts(0), validUntilMs: epochMs(0), sequence: 0 });
        plant.advanceTo(clock.now());
        const heldKw = server.inForceKw();
        const powerW = watts(-1_000 * (heldKw ?? 0));
        plant.setBatteryWindow(heldKw === null ? null : { minW: powerW, maxW: powerW });
      },
      close: async () => {
        await server.close();
        rmSync(directory, { recursive: true });
      },
    };
  };
}

const driver = (
  name: string,
  endsAfterS: number | null,
  start: Start,
  { readsBack = true, endsInTime = true, releaseTakesS = 0 } = {},
): LeaseDriver => ({
  ...{ name, endsAfterS, readsBack, endsInTime, releaseTakesS },
  open: (storedWh) => rigOf(storedWh, start),
});

const WATCHDOG_S = WATCHDOG_MS / 1_000;

/** Every driver that commands a battery. A new one is one line here, and held to the whole contract. */
export const LEASE_DRIVERS: readonly LeaseDriver[] = [
  driver("SunSpec, model 124", 60, sunSpec("hybrid")),
  driver("SunSpec, model 704", 60, sunSpec("der")),
  driver("profile with a timer in a register", 60, profiled("solaredge-storedge")),
  driver("profile that falls back unless refreshed", 60, profiled("sma-hybrid"), { readsBack: false }),
  driver("profile without a timer", null, profiled("sungrow-sh")),
  driver("OPC UA methods", 60, methods(false)),
  driver("OPC UA methods whose server heeds no end", null, methods(true), { endsInTime: false }),
  driver("OPC UA setpoint whose neutral value is none to hold", WATCHDOG_S, setpoint(99)),
  driver("OPC UA setpoint that its watchdog alone ends", WATCHDOG_S, setpoint(null), {
    releaseTakesS: WATCHDOG_S + 0.001,
  }),
];
