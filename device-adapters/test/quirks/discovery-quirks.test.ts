import { deviceId, durationMs, systemClock } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { listLogicalDevices } from "../../src/sunspec/device-map.ts";
import { encodeModel } from "../../src/sunspec/model-values.ts";
import { commonModel } from "../../src/sunspec/models/common-model.ts";
import { modbus } from "../../src/sunspec/sunspec-connector.ts";
import { emulatedHome } from "../emulated-home.ts";
import { put } from "../register-device.ts";
import { frame, scriptedPeer } from "../scripted-peer.ts";
import { rejection, testContext } from "../test-context.ts";
import { common, points, quirkDevice } from "./quirk-device.ts";

const meter = (W: number) => [203, points({ W, W_SF: 0, TotWhImp: 5, TotWhExp: 6, TotWh_SF: 0 })] as const;
const inverter = (W: number) => [103, points({ W, W_SF: 0, DCW: W, DCW_SF: 0 })] as const;

test.for([40_000, 0, 50_000])("1.1.2 bases: a map at %i is found", async (base) => {
  await using quirk = await quirkDevice([common(), meter(1_234)], { base });
  const device = await quirk.open();
  expect((await device.read()).points.gridPowerW).toMatchObject({ value: 1_234, quality: "good" });
});

test("1.1.2 an exception, silence or other content at one base does not end the search", async () => {
  await using quirk = await quirkDevice([common(), meter(77)], { base: 50_000 });
  put(quirk.server.registers, 0, "SunX", 1);
  const device = await quirk.open();
  expect((await device.read()).points.gridPowerW?.value).toBe(77);
  expect(quirk.server.reads.slice(0, 3)).toEqual([
    [40_000, 3],
    [0, 3],
    [50_000, 3],
  ]);
});

test("1.1.2 a slow device is waited for: 1 s by default and more", async () => {
  await using quirk = await quirkDevice([common(), meter(42)]);
  const { registers } = quirk.server;
  await using slow = await scriptedPeer((request, socket) => {
    const [address, count] = [request.pdu.readUInt16BE(1), request.pdu.readUInt16BE(3)];
    const data = Buffer.alloc(2 * count);
    for (let i = 0; i < count; i++) data.writeUInt16BE(registers.get(address + i) ?? 0, 2 * i);
    const reply = frame(request.transaction, 1, Buffer.concat([Buffer.from([3, 2 * count]), data]));
    // Ten times what a client of 60 ms would wait, but only once, for the test's sake.
    systemClock.after(durationMs(address === 40_000 ? 600 : 0), () => socket.write(reply));
  });
  const at = { host: "127.0.0.1", port: slow.port, unit: 1 };
  const device = await modbus({ id: deviceId("slow"), ...at }).connect(testContext(quirk.clock));
  expect((await device.read()).points.gridPowerW?.value).toBe(42);
  await device.close();
});

test("1.1.3 ID and L are read one by one", async () => {
  await using quirk = await quirkDevice([common(), meter(1)], { tail: [0xffff] });
  await quirk.open();
  const [first, second] = [quirk.addressOf(1), quirk.addressOf(203)];
  expect(quirk.server.reads.slice(1, 6)).toEqual([
    [first, 1],
    [first + 1, 1],
    [second, 1],
    [second + 1, 1],
    [second + 107, 1],
  ]);
});

test.for([
  ["0xFFFF with L", [0xffff, 0]],
  ["0xFFFF without L", [0xffff]],
  ["an exception where the next ID would be (SMA)", []],
  ["a single 0x0000 (Kostal)", [0]],
  ["a model whose L leads beyond 65535", [64_001, 60_000]],
  ["an ID without an L", [160]],
] as const)("1.1.4 end of chain: %s", async ([, tail]) => {
  await using quirk = await quirkDevice([common(), meter(9)], { tail });
  expect((await (await quirk.open()).read()).points.gridPowerW?.value).toBe(9);
});

test("1.1.4 end of chain: a map that goes on for ever is left after 200 models", async () => {
  const empty = Buffer.from([700 >> 8, 700 & 0xff, 0, 0]);
  await using quirk = await quirkDevice([common(), meter(9), ...Array(250).fill(empty)]);
  await quirk.open();
  const { reads } = quirk.server;
  const furthest = Math.max(...reads.map(([address]) => address));
  expect(furthest).toBe(quirk.addressOf(203) + 107 + 2 * 198 - 1);
});

test.for([66, 65])("1.1.5 model 1 may be %i registers long", async (length) => {
  const whole = encodeModel(commonModel, 1, points({ Mn: "Maker", Md: "Model", SN: "L-1" }));
  whole.writeUInt16BE(length, 2);
  await using quirk = await quirkDevice([whole.subarray(0, 2 * (length + 2)), meter(8)]);
  const device = await quirk.open();
  expect(device.identity.serialNumber).toBe("L-1");
  expect((await device.read()).points.gridPowerW?.value).toBe(8);
});

test("1.1.5 the next address comes from the device's L, not from ours", async () => {
  const longer = encodeModel(commonModel, 1, points({ Mn: "Maker", SN: "L-2" }));
  const padded = Buffer.concat([longer, Buffer.alloc(6)]);
  padded.writeUInt16BE(69, 2);
  await using quirk = await quirkDevice([padded, meter(7)]);
  expect((await (await quirk.open()).read()).points.gridPowerW?.value).toBe(7);
});

test("1.1.5 a broken L: a model 1 that says 15 and has 66 (SAX Power)", async () => {
  const broken = encodeModel(commonModel, 1, points({ Mn: "SAX", Md: "Power", SN: "S-9" }));
  broken.writeUInt16BE(15, 2);
  await using quirk = await quirkDevice([broken, meter(6)]);
  const device = await quirk.open();
  expect(device.identity).toMatchObject({ manufacturer: "SAX", serialNumber: "S-9" });
  expect((await device.read()).points.gridPowerW?.value).toBe(6);
});

const SOLAREDGE = [
  common("INV"),
  inverter(3_000),
  common("MET-1"),
  meter(-700),
  common("MET-2"),
  meter(55),
] as const;

test("1.1.6 a second model 1 starts another device, and none hides another", async () => {
  await using quirk = await quirkDevice(SOLAREDGE);
  const [first, second] = [await quirk.open(1), await quirk.open(2)];
  expect([first, second].map(({ identity }) => identity.serialNumber)).toEqual(["MET-1", "MET-2"]);
  expect((await first.read()).points.gridPowerW?.value).toBe(-700);
  expect((await second.read()).points.gridPowerW?.value).toBe(55);
  expect(Object.keys((await (await quirk.open(0)).read()).points)).not.toContain("gridPowerW");
});

test("1.1.6 without a device number an inverter and the meter behind it are one", async () => {
  await using quirk = await quirkDevice(SOLAREDGE);
  const { points: read } = await (await quirk.open()).read();
  expect([read.inverterPowerW?.value, read.gridPowerW?.value]).toEqual([3_000, -700]);
});

test("1.1.6 a device that is not there is refused with those that are", async () => {
  await using quirk = await quirkDevice(SOLAREDGE);
  const error = await rejection(quirk.open(3));
  expect(error).toMatchObject({ code: "SUNSPEC_NO_SUCH_DEVICE", retryable: false });
  expect(error.message).toContain("0: Maker Model (1 103), 1: Maker Model (1 203), 2: Maker Model (1 203)");
});

test("1.1.6 discovery lists every logical device with its models", async () => {
  await using quirk = await quirkDevice(SOLAREDGE);
  const read = async (address: number, count: number): Promise<Buffer> => {
    const bytes = Buffer.alloc(2 * count);
    for (let i = 0; i < count; i++) bytes.writeUInt16BE(quirk.server.registers.get(address + i) ?? 0, 2 * i);
    return bytes;
  };
  const devices = await listLogicalDevices(read, "here", quirk.clock);
  expect(devices.map(({ device, identity, models }) => [device, identity.serialNumber, models])).toEqual([
    [0, "INV", [1, 103]],
    [1, "MET-1", [1, 203]],
    [2, "MET-2", [1, 203]],
  ]);
});

test("1.1.7 one address, several unit ids: the meter of a Fronius is unit 200", async () => {
  await using home = await emulatedHome();
  const models = [home.inverter, home.meter].map(({ identity }) => identity.model);
  expect(models).toEqual(["Hybrid", "Meter"]);
  expect([...home.meter.capabilities]).toEqual(["meter"]);
});

test.for([101, 102, 103])("1.1.8 an integer inverter is model %i", async (id) => {
  await using quirk = await quirkDevice([common(), [id, points({ W: -215, W_SF: 1 })]]);
  expect((await (await quirk.open()).read()).points.inverterPowerW?.value).toBe(-2_150);
});

test.for([111, 112, 113])("1.1.8 a float inverter is model %i", async (id) => {
  await using quirk = await quirkDevice([common(), [id, points({ W: -2_149.6 })]]);
  expect((await (await quirk.open()).read()).points.inverterPowerW?.value).toBe(-2_150);
});

test.for([201, 202, 203, 204])("1.1.8 an integer meter is model %i", async (id) => {
  await using quirk = await quirkDevice([common(), [id, points({ W: 12, W_SF: 2 })]]);
  expect((await (await quirk.open()).read()).points.gridPowerW?.value).toBe(1_200);
});

test.for([211, 212, 213, 214])("1.1.8 a float meter is model %i", async (id) => {
  await using quirk = await quirkDevice([
    common(),
    [id, points({ W: 1_200.4, TotWhImp: 8_000, TotWhExp: 9 })],
  ]);
  const { points: read } = await (await quirk.open()).read();
  expect([read.gridPowerW, read.gridImportWh, read.gridExportWh].map((each) => each?.value)).toEqual([
    1_200, 8_000, 9,
  ]);
});

test("1.1.9 L changes at run time: the models are found anew within the same read", async () => {
  const ports = (count: number) =>
    [
      714,
      { points: { NPrt: count, DCW_SF: 0 }, groups: Array(count).fill({ PrtTyp: 0, DCW: 100 }) },
    ] as const;
  const ac = [701, points({ W: 10, W_SF: 0 })] as const;
  await using day = await quirkDevice([common(), ac, ports(3), meter(1)]);
  await using night = await quirkDevice([common(), ac, ports(1), meter(2)]);
  const device = await day.open();
  expect((await device.read()).points.pvPowerW?.value).toBe(300);
  day.server.registers.clear();
  for (const [address, value] of night.server.registers) day.server.registers.set(address, value);
  const { points: read } = await device.read();
  expect([read.pvPowerW?.value, read.gridPowerW?.value]).toEqual([100, 2]);
});
