import {
  type Clock,
  type Device,
  type DeviceConnector,
  deviceId,
  durationMs,
  epochMs,
  type PointReadings,
  simulatedClock,
  systemClock,
} from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { hurried } from "../../test/check-fixture.ts";
import { registerMap } from "../../test/register-maps.ts";
import { testContext } from "../../test/test-context.ts";
import { BenchPlant } from "../emulator/bench-plant.ts";
import { modbusFaultOf } from "../emulator/faults/fitting-faults.ts";
import { standingFaults } from "../emulator/faults/standing-faults.ts";
import { startProfileEmulator } from "../emulator/profile/profile-emulator.ts";
import { parseRegisterTrace, TraceUnit } from "../emulator/register-trace.ts";
import { startSunSpecEmulator } from "../emulator/sunspec-emulator.ts";
import { ModbusConnection } from "../modbus/modbus-connection.ts";
import { startModbusServer } from "../modbus/modbus-server.ts";
import type { RegisterMapProfile } from "../profile-device/profile.ts";
import { modbusProfile } from "../profile-device/profile-connector.ts";
import { genericSunSpec } from "../profiles/generic-sunspec.ts";
import { modbus } from "../sunspec/sunspec-connector.ts";
import { profileSource, type RecordedPeer } from "./profile-source.ts";
import { type Recording, recordRegisters } from "./record-registers.ts";
import type { RegisterSource } from "./register-source.ts";
import { sunSpecSource } from "./sunspec-source.ts";

/** The sun rises at six: from then on every value moves. */
const SIX = epochMs(Date.UTC(2026, 5, 21, 6));
const INTERVAL_MS = 600_000;
const PASSES = 12;
const HOST = "127.0.0.1";
const IDENTITY = { manufacturer: "Acme", model: "Hybrid", serialNumber: "AB 12", firmware: "2.5" };

/** What our driver reads of a device, as values with their qualities. */
async function valuesOf(device: Device): Promise<object> {
  const { points } = await device.read();
  const entries = Object.entries(points as PointReadings);
  return Object.fromEntries(entries.map(([name, { value, quality }]) => [name, { value, quality }]));
}

function peerAt(port: number, maskSerial: boolean): RecordedPeer {
  const backOff = { baseMs: 20, maxMs: 60_000 };
  const connection = new ModbusConnection({ host: HOST, port, backOff, wallClock: systemClock });
  return { connection, wallClock: systemClock, timeoutMs: 3_000, maskSerial };
}

/** What is recorded: a device on the wire with its own time, how it is read, and how it is recorded. */
interface Recorded {
  readonly port: number;
  readonly close: () => Promise<void>;
  readonly connector: (port: number) => DeviceConnector;
  readonly sources: (peer: RecordedPeer) => readonly RegisterSource[];
}

async function ofProfile(named: RegisterMapProfile, clock: Clock): Promise<Recorded> {
  const profile = { ...hurried(named), wire: { ...hurried(named).wire, clientsMax: null } };
  const plant = new BenchPlant({ startMs: SIX });
  const emulator = await startProfileEmulator({
    ...{ host: HOST, port: 0, clock, profile, plant, identity: IDENTITY },
  });
  const { batteryCapacityWh, chargePowerMaxW, dischargePowerMaxW } = plant.ratings;
  const configured = { batteryCapacityWh, chargePowerMaxW, dischargePowerMaxW };
  return {
    port: emulator.port,
    close: emulator.close,
    connector: (port) => modbusProfile({ id: deviceId("d"), host: HOST, port, profile, ...configured }),
    sources: (peer) => [profileSource(profile, profile.wire.unit, peer)],
  };
}

async function ofSunSpec(clock: Clock, ...faults: readonly string[]): Promise<Recorded> {
  const plant = new BenchPlant({ startMs: SIX });
  const emulator = await startSunSpecEmulator({
    ...{ host: HOST, port: 0, clock },
    ...standingFaults(
      faults.map((text) => modbusFaultOf(genericSunSpec, text)),
      clock,
    ),
    units: [
      { unit: 1, plant, kind: "hybrid", identity: IDENTITY },
      { unit: 200, plant, kind: "meter", identity: IDENTITY },
    ],
  });
  return {
    port: emulator.port,
    close: emulator.close,
    connector: (port) => modbus({ id: deviceId("d"), host: HOST, port, unit: 1 }),
    sources: (peer) => [sunSpecSource(1, peer), sunSpecSource(200, peer)],
  };
}

/** Records a device, and what our driver reads of it after each pass. */
async function recordedBeside(maskSerial: boolean, start: (clock: Clock) => Promise<Recorded>) {
  const clock = simulatedClock(SIX);
  const recorded = await start(clock);
  const device = await recorded.connector(recorded.port).connect(testContext(clock));
  const peer = peerAt(recorded.port, maskSerial);
  const truth: { readonly atMs: number; readonly values: object }[] = [];
  const recording = await recordRegisters({
    sources: recorded.sources(peer),
    clock,
    lengthMs: PASSES * INTERVAL_MS,
    intervalMs: INTERVAL_MS,
    onPass: async ({ atMs, failure }) => {
      expect(failure).toBeNull();
      truth.push({ atMs, values: await valuesOf(device) });
      // Time goes on when the recorder waits for it.
      setImmediate(() => clock.advanceTo(epochMs(clock.now() + durationMs(INTERVAL_MS))));
    },
  });
  peer.connection.close();
  await device.close();
  await recorded.close();
  return { recording, truth, connector: recorded.connector };
}

/** Serves a recording from a time on, as `emulate --replay` does, and opens it. */
async function replayed(
  { trace }: Recording,
  clock: Clock,
  connector: (port: number) => DeviceConnector,
): Promise<Device & AsyncDisposable> {
  const { units } = parseRegisterTrace(JSON.stringify(trace));
  const banks = units.map(({ unit, frames }) => [unit, new TraceUnit(frames, clock)] as const);
  const server = await startModbusServer({ host: HOST, port: 0, units: new Map(banks) });
  const device = await connector(server.port).connect(testContext(clock));
  return Object.assign(device, {
    [Symbol.asyncDispose]: async () => {
      await device.close();
      await server.close();
    },
  });
}

const DEVICES: readonly (readonly [string, (clock: Clock) => Promise<Recorded>])[] = [
  ...["growatt-vpp", "sma-hybrid", "sungrow-sh", "victron-gx"].map(
    (name) => [name, (clock: Clock) => ofProfile(registerMap(name), clock)] as const,
  ),
  ["a SunSpec map", (clock) => ofSunSpec(clock)],
  [
    "a SunSpec map without an end that grows and shrinks",
    (clock) => ofSunSpec(clock, "no-end-model", `length-change:${2 * INTERVAL_MS}`),
  ],
];

test.for(DEVICES)("%s: a replay reads as the device read, at the same times", async ([, start]) => {
  const { recording, truth, connector } = await recordedBeside(false, start);
  expect(recording).toMatchObject({ passes: PASSES, missed: 0, failure: null });
  expect(new Set(truth.map(({ values }) => JSON.stringify(values))).size).toBeGreaterThan(PASSES / 2);
  const clock = simulatedClock(epochMs(0));
  await using device = await replayed(recording, clock, connector);
  for (const { atMs, values } of truth) {
    clock.advanceTo(epochMs(atMs));
    expect(await valuesOf(device), `after ${atMs} ms`).toEqual(values);
  }
});

test.for([
  ["growatt-vpp", (clock: Clock) => ofProfile(registerMap("growatt-vpp"), clock)],
  ["a SunSpec map", (clock: Clock) => ofSunSpec(clock)],
] as const)("%s: a masked serial number keeps its length and nothing else", async ([, start]) => {
  const { recording, connector } = await recordedBeside(true, start);
  await using device = await replayed(recording, simulatedClock(epochMs(0)), connector);
  expect(device.identity.serialNumber).toBe("XX XX");
});

test("a pass that fails is left out, and its reason is told", async () => {
  const clock = simulatedClock(SIX);
  const passes = [{ readOnce: () => Promise.reject(new Error("broken")) }];
  const options = { clock, lengthMs: 1, intervalMs: 1 };
  await expect(recordRegisters({ ...options, sources: passes })).rejects.toThrow("broken");
  const peer = peerAt(1, false);
  const failures: (string | null)[] = [];
  const recording = await recordRegisters({
    ...options,
    sources: [sunSpecSource(1, peer)],
    onPass: ({ failure }) => {
      failures.push(failure);
      setImmediate(() => clock.advanceTo(epochMs(clock.now() + 1)));
    },
  });
  expect(recording).toMatchObject({ trace: { units: [] }, passes: 1, missed: 1 });
  expect(failures).toEqual([expect.stringContaining("MODBUS_CONNECT_FAILED")]);
});

test("a recording that is stopped keeps what it has", async () => {
  const clock = simulatedClock(SIX);
  const recorded = await ofProfile(registerMap("growatt-vpp"), clock);
  const peer = peerAt(recorded.port, false);
  const stop = new AbortController();
  const recording = await recordRegisters({
    sources: recorded.sources(peer),
    ...{ clock, lengthMs: 10 * INTERVAL_MS, intervalMs: INTERVAL_MS, signal: stop.signal },
    onPass: () => setImmediate(() => stop.abort(new Error("Ctrl-C"))) && undefined,
  });
  expect(recording).toMatchObject({ passes: 1, missed: 0 });
  expect(recording.trace.units).toHaveLength(1);
  peer.connection.close();
  await recorded.close();
});
