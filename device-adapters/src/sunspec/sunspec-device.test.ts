import { deviceId, epochMs, simulatedClock, watts } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { emulatedHome, MIDNIGHT } from "../../test/emulated-home.ts";
import { put, putBytes, type Registers, registerDevice } from "../../test/register-device.ts";
import { scriptedPeer } from "../../test/scripted-peer.ts";
import { rejection, testContext } from "../../test/test-context.ts";
import { BenchPlant } from "../emulator/bench-plant.ts";
import { startSunSpecEmulator } from "../emulator/sunspec-emulator.ts";
import { encodeModel, type WireValues } from "./model-values.ts";
import { commonModel } from "./models/common-model.ts";
import { integerInverterModel } from "./models/inverter-integer-model.ts";
import { meterModel } from "./models/meter-model.ts";
import { modbus } from "./sunspec-connector.ts";

const id = deviceId("home-1/meter");
const context = () => testContext(simulatedClock(MIDNIGHT));
const open = (port: number, requestTimeoutMs = 3_000) =>
  modbus({ id, host: "127.0.0.1", port, unit: 1, requestTimeoutMs, backOffBaseMs: 1 }).connect(context());

const commonOf = (serialNumber: string) =>
  encodeModel(commonModel, 1, { points: { Mn: "Maker", Md: "Meter", SN: serialNumber } });
const meterOf = (points: WireValues) =>
  encodeModel(meterModel, 203, { points: { W_SF: 0, TotWh_SF: 0, ...points } });

/** A meter's map, optionally with another model before the meter. */
function meterMap(serialNumber: string, points: WireValues, before: Buffer = Buffer.alloc(0)): Registers {
  const registers: Registers = new Map();
  let next = put(registers, 40_000, "SunS");
  for (const model of [commonOf(serialNumber), before, meterOf(points)])
    next = putBytes(registers, next, model);
  put(registers, next, 0xffff, 0);
  return registers;
}

function replace(registers: Registers, by: Registers): void {
  registers.clear();
  for (const [address, value] of by) registers.set(address, value);
}

test("reads an inverter with a battery whole", async () => {
  await using home = await emulatedHome();
  expect(home.inverter.identity).toEqual({
    protocol: "modbus",
    address: `127.0.0.1:${home.port} unit 1`,
    manufacturer: "Bench",
    model: "Hybrid",
    serialNumber: "H-1",
    firmware: "2.5",
  });
  expect([...home.inverter.capabilities].sort()).toEqual(["battery", "pv"]);
  home.pass(12 * 3_600);
  const reading = await home.inverter.read();
  expect(reading).toMatchObject({ deviceId: "home/inverter", readAtMs: home.clock.now() });
  const values = Object.entries(reading.points).map(([name, { value, quality }]) => [name, value, quality]);
  // At noon the sun gives 6000 W; the battery, emptied at night and filled in the morning, is full.
  expect(values).toEqual([
    ["inverterPowerW", 6_000, "good"],
    ["inverterPowerMaxW", 8_000, "good"],
    ["pvPowerW", 6_000, "good"],
    ["batteryPowerW", 0, "good"],
    ["storedEnergyWh", 10_000, "good"],
    ["batteryCapacityWh", 10_000, "good"],
    ["chargePowerMaxW", 0, "good"],
    ["dischargePowerMaxW", 4_000, "good"],
  ]);
});

test("reads a meter, whose counters agree with its plant", async () => {
  await using home = await emulatedHome();
  expect([...home.meter.capabilities]).toEqual(["meter"]);
  expect(home.meter.battery).toBeNull();
  home.pass(12 * 3_600);
  const { points } = await home.meter.read();
  const { gridImportWh, gridExportWh } = home.plant.state();
  expect(points).toMatchObject({
    gridPowerW: { value: -5_500, quality: "good" },
    gridImportWh: { value: gridImportWh, quality: "good" },
    gridExportWh: { value: gridExportWh, quality: "good" },
  });
  expect(gridExportWh).toBeGreaterThan(0);
});

test("powers beyond 16 bits come through the scale factor of their own read", async () => {
  const plant = new BenchPlant({ startMs: MIDNIGHT, loadPowerW: watts(45_678) });
  const identity = { manufacturer: "Bench", model: "Meter", serialNumber: "M", firmware: "1" };
  const units = [{ unit: 1, plant, kind: "meter", identity }] as const;
  const emulator = await startSunSpecEmulator({
    host: "127.0.0.1",
    port: 0,
    clock: simulatedClock(MIDNIGHT),
    units,
  });
  const device = await open(emulator.port);
  plant.setBatteryWindow({ minW: watts(0), maxW: watts(0) });
  expect((await device.read()).points.gridPowerW).toMatchObject({ value: 45_680, quality: "good" });
  plant.setBatteryWindow({ minW: watts(5_000), maxW: watts(5_000) });
  expect((await device.read()).points.gridPowerW).toMatchObject({ value: 40_680 });
  await device.close();
  await emulator.close();
});

test("an inverter that carries its meter behind a second model 1 is one device with both", async () => {
  const registers: Registers = new Map();
  let next = put(registers, 0, "SunS");
  const inverter = encodeModel(integerInverterModel, 101, {
    points: { W: 250, W_SF: 1, DCW: 260, DCW_SF: 1 },
  });
  for (const model of [commonOf("INV"), inverter, commonOf("MET"), meterOf({ W: -700 })]) {
    next = putBytes(registers, next, model);
  }
  await using server = await registerDevice(registers);
  const device = await open(server.port);
  expect(device.identity.serialNumber).toBe("INV");
  expect([...device.capabilities].sort()).toEqual(["meter", "pv"]);
  expect((await device.read()).points).toMatchObject({
    inverterPowerW: { value: 2_500 },
    pvPowerW: { value: 2_600 },
    gridPowerW: { value: -700 },
  });
  await device.close();
});

test("1.1.9 the models have moved: they are found anew within the same read", async () => {
  await using server = await registerDevice(meterMap("M-1", { W: 100 }));
  const device = await open(server.port);
  const filler = Buffer.alloc(2 * 12);
  filler.writeUInt16BE(64_001, 0);
  filler.writeUInt16BE(10, 2);
  replace(server.registers, meterMap("M-1", { W: 200 }, filler));
  expect((await device.read()).points.gridPowerW).toMatchObject({ value: 200, quality: "good" });
  // Back again soon after, as a device whose L is another one at night.
  replace(server.registers, meterMap("M-1", { W: 300 }));
  expect((await device.read()).points.gridPowerW).toMatchObject({ value: 300, quality: "good" });
  await device.close();
});

test("1.1.9 exception 2 within a model: bad, not an error; the models are looked for, but not at every read", async () => {
  await using server = await registerDevice(meterMap("M-1", { W: 100 }));
  const device = await open(server.port);
  server.registers.delete(40_070 + 50);
  const { points } = await device.read();
  expect(points.gridPowerW).toMatchObject({
    value: null,
    quality: "bad",
    reason: expect.stringContaining("2"),
  });
  const readsBefore = server.reads.length;
  await device.read();
  expect(server.reads.length - readsBefore).toBe(1);
  await device.close();
});

test("a device that turns into nonsense reads bad", async () => {
  await using server = await registerDevice(meterMap("M-1", { W: 100 }));
  const device = await open(server.port);
  for (const address of server.registers.keys()) server.registers.set(address, 0x5a5a);
  expect((await device.read()).points.gridPowerW).toMatchObject({ value: null, quality: "bad" });
  await device.close();
});

test("1.1.9 after a lost connection another serial number means another device, with its own counters", async () => {
  const first = await registerDevice(meterMap("OLD", { TotWhImp: 9_000, W: 1 }));
  const device = await open(first.port);
  expect((await device.read()).points.gridImportWh).toMatchObject({ value: 9_000, quality: "good" });
  await first.close();
  const plant = new BenchPlant({ startMs: MIDNIGHT });
  const identity = { manufacturer: "Bench", model: "Meter", serialNumber: "NEW", firmware: "1" };
  const second = await startSunSpecEmulator({
    host: "127.0.0.1",
    port: first.port,
    clock: simulatedClock(MIDNIGHT),
    units: [{ unit: 1, plant, kind: "meter", identity }],
  });
  // The first read may be the one that finds the old connection dead.
  const reading = await device.read().catch(() => device.read());
  expect(device.identity.serialNumber).toBe("NEW");
  expect(reading.points.gridImportWh).toMatchObject({ value: 0, quality: "good" });
  await device.close();
  await second.close();
});

test("1.1.9 a device that is gone throws what a retry may mend, and reads again when it is back", async () => {
  const first = await registerDevice(meterMap("M-1", { W: 100 }));
  const device = await open(first.port);
  await first.close();
  expect(await rejection(device.read())).toMatchObject({ retryable: true });
  const second = await registerDevice(meterMap("M-1", { W: 300 }), first.port);
  await expect.poll(async () => (await device.read().catch(() => null))?.points.gridPowerW?.value).toBe(300);
  await device.close();
  await second.close();
});

test("a unit that nobody is behind, or a silent peer, fails to connect with a retryable error", async () => {
  await using home = await emulatedHome();
  const nobody = modbus({ id, host: "127.0.0.1", port: home.port, unit: 9 }).connect(context());
  expect(await rejection(nobody)).toMatchObject({ code: "MODBUS_EXCEPTION", retryable: true });
  await using silent = await scriptedPeer(() => undefined);
  expect(await rejection(open(silent.port, 20))).toMatchObject({ code: "MODBUS_TIMEOUT", retryable: true });
});

test("a map without any model we know is refused with what it has", async () => {
  const registers: Registers = new Map();
  const next = putBytes(registers, put(registers, 40_000, "SunS"), commonOf("X"));
  put(registers, next, 64_001, 2, 0, 0, 0xffff, 0);
  await using server = await registerDevice(registers);
  expect(await rejection(open(server.port))).toMatchObject({
    code: "SUNSPEC_NOTHING_KNOWN",
    retryable: false,
    details: { models: "1 64001" },
  });
});

test("source times are in the domain's time, not the machine's", async () => {
  await using home = await emulatedHome();
  home.pass(600);
  const { points } = await home.meter.read();
  expect(points.gridPowerW?.sourceTimeMs).toBe(epochMs(MIDNIGHT + 600_000));
});
