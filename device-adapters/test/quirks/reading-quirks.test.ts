import { epochMs, systemClock } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { ModbusConnection } from "../../src/modbus/modbus-connection.ts";
import { pointOf } from "../../src/sunspec/model-definition.ts";
import { type ModelImage, numberAt, textAt } from "../../src/sunspec/model-image.ts";
import { readModel } from "../../src/sunspec/model-reader.ts";
import type { WireValues } from "../../src/sunspec/model-values.ts";
import { acControlsModel } from "../../src/sunspec/models/ac-controls-model.ts";
import { modelById } from "../../src/sunspec/models/models.ts";
import { planReads } from "../../src/sunspec/read-plan.ts";
import { put } from "../register-device.ts";
import { common, points, type QuirkDevice, quirkDevice } from "./quirk-device.ts";

/** Reads one model over the wire, as the driver does. */
async function imageOf(quirk: QuirkDevice, id: number): Promise<ModelImage> {
  const transport = { kind: "tcp", host: "127.0.0.1", port: quirk.server.port } as const;
  const backOff = { baseMs: 1, maxMs: 1 };
  const connection = new ModbusConnection({ transport, backOff, wallClock: systemClock });
  const definition = modelById(id);
  const address = quirk.addressOf(id);
  const length = quirk.server.registers.get(address + 1) ?? 0;
  try {
    if (definition === null) throw new Error(`no model ${id}`);
    const read = (register: number, count: number): Promise<Buffer> =>
      connection.readRegisters(1, register, count, { deadlineMs: epochMs(systemClock.now() + 5_000) });
    return await readModel(read, definition, { id, address, length, deviceIndex: 0 }, quirk.clock);
  } finally {
    connection.close();
  }
}

/** A device with one model, one point of which holds these registers. */
async function decodedPoint(id: number, name: string, ...registers: number[]): Promise<unknown> {
  await using quirk = await quirkDevice([common(), [id, points({})]]);
  const definition = modelById(id);
  if (definition === null) throw new Error(`no model ${id}`);
  put(quirk.server.registers, quirk.addressOf(id) + pointOf(definition, name, false).offset, ...registers);
  const image = await imageOf(quirk, id);
  const { type } = pointOf(definition, name, false);
  const decoded = type === "string" ? textAt(image, name) : numberAt(image, name);
  return decoded.status === "good" ? decoded.value : decoded.status;
}

test("1.2 at most 125 registers a read: the 126 of a float meter come in two, between two points", async () => {
  await using quirk = await quirkDevice([common(), [213, points({ W: 5 })]]);
  const device = await quirk.open();
  quirk.server.reads.length = 0;
  expect((await device.read()).points.gridPowerW?.value).toBe(5);
  const meter = quirk.addressOf(213);
  expect(quirk.server.reads).toEqual([
    [meter, 124],
    [meter + 124, 2],
  ]);
});

test("1.2 the 155 registers of model 701 come in two; a text is not cut, and the scale factors are compared", async () => {
  await using quirk = await quirkDevice([common(), [701, points({ W: 5, W_SF: 0 })]]);
  const device = await quirk.open();
  quirk.server.reads.length = 0;
  await device.read();
  const ac = quirk.addressOf(701);
  const [first, second, ...again] = quirk.server.reads;
  expect([first, second]).toEqual([
    [ac, 123],
    [ac + 123, 32],
  ]);
  expect(again).toHaveLength(1);
  const [address = 0, count = 0] = again[0] ?? [];
  expect(address <= ac + 113 && address + count >= ac + 123).toBe(true);
});

test("1.2 a sync group comes in one request, whatever the size of the requests", () => {
  const groups = ["PFWInj", "PFWInjRvrt", "PFWAbs", "PFWAbsRvrt"];
  for (let registersMax = 4; registersMax <= 67; registersMax++) {
    const ends = planReads(acControlsModel, 65, registersMax).map(({ offset, count }) => offset + count);
    const inside = groups.map((group) => pointOf(acControlsModel, `${group}_Ext`, false).offset);
    expect(ends.filter((end) => inside.includes(end))).toEqual([]);
  }
});

test("1.2 most significant word first: 32 and 64 bits, floats", async () => {
  expect(await decodedPoint(704, "WSetRvrtTms", 0x0001, 0x0002)).toBe(65_538);
  expect(await decodedPoint(122, "ActWh", 0, 0x0001, 0x0000, 0x0003)).toBe(4_294_967_299);
  expect(await decodedPoint(213, "W", 0xc1bc, 0x0000)).toBe(-23.5);
});

test("1.2 texts are padded with NUL or with spaces, and both go", async () => {
  await using quirk = await quirkDevice([
    [1, points({ Mn: "Maker   ", Md: "Model", SN: " 12 " })],
    [203, points({})],
  ]);
  expect((await quirk.open()).identity).toMatchObject({
    manufacturer: "Maker",
    serialNumber: "12",
    firmware: null,
  });
});

const dcInput = (DCW: number, DCW_SF: number) =>
  [160, { points: { DCW_SF, N: 1 }, groups: [{ DCW }] }] as const;

test("1.2 scale factors move at run time (Fronius 160): each value goes by the one of its own response", async () => {
  await using quirk = await quirkDevice([common(), [103, points({})], dcInput(60_000, -2)]);
  const device = await quirk.open();
  const address = quirk.addressOf(160);
  const powers: (number | null | undefined)[] = [];
  for (const [raw, factor] of [
    [60_000, -2],
    [6_100, -1],
    [6_200, 0],
  ] as const) {
    put(quirk.server.registers, address + 4, factor);
    put(quirk.server.registers, address + 10 + 11, raw);
    powers.push((await device.read()).points.pvPowerW?.value);
  }
  expect(powers).toEqual([600, 610, 6_200]);
});

test("1.2 a long model whose scale factors move while it is read is bad, not ten times too large", async () => {
  const ports = Array.from({ length: 8 }, () => ({ DCW: 1_000 }));
  await using quirk = await quirkDevice([
    common(),
    [103, points({})],
    [160, { points: { DCW_SF: 0 }, groups: ports }],
  ]);
  const device = await quirk.open();
  const address = quirk.addressOf(160);
  const { registers } = quirk.server;
  const get = registers.get.bind(registers);
  let asked = 0;
  registers.get = (at) => (at === address + 4 ? (asked++ === 0 ? 0 : 1) : get(at));
  expect((await device.read()).points.pvPowerW).toMatchObject({
    value: null,
    quality: "bad",
    reason: expect.stringContaining("changed while being read"),
  });
});

const meterRead = async (values: WireValues) => {
  await using quirk = await quirkDevice([common(), [203, points(values)]]);
  return (await (await quirk.open()).read()).points;
};

test("1.2 a scale factor of 0x8000 makes what it scales unavailable", async () => {
  expect((await meterRead({ W: 100, W_SF: -32_768 })).gridPowerW).toMatchObject({
    value: null,
    quality: "unavailable",
    reason: "its scale factor is not implemented",
  });
});

test.for([-11, 11])("1.2 a scale factor of %i is out of range and the value bad", async (factor) => {
  expect((await meterRead({ W: 100, W_SF: factor })).gridPowerW).toMatchObject({
    value: null,
    quality: "bad",
  });
});

test("1.2 scaling does not cut off: 2307 with −2 is 23.07", async () => {
  await using quirk = await quirkDevice([common(), [103, points({ A: 2_307, A_SF: -2 })]]);
  expect(numberAt(await imageOf(quirk, 103), "A")).toEqual({ status: "good", value: 23.07 });
});

test.for([
  ["int16", 203, "Hz", [0x8000]],
  ["sunssf", 203, "VA_SF", [0x8000]],
  ["pad", 1, "Pad", [0x8000]],
  ["uint16", 160, "TmsPer", [0xffff]],
  ["count", 160, "N", [0xffff]],
  ["enum16", 103, "St", [0xffff]],
  ["bitfield16", 122, "PVConn", [0xffff]],
  ["bitfield16 with its highest bit", 122, "PVConn", [0x8001]],
  ["acc32", 203, "TotWhExpPhA", [0, 0]],
  ["acc64", 122, "ActWh", [0, 0, 0, 0]],
  ["int32", 704, "WSet", [0x8000, 0]],
  ["uint32", 704, "WSetRvrtTms", [0xffff, 0xffff]],
  ["bitfield32", 103, "Evt1", [0xffff, 0xffff]],
  ["bitfield32 with its highest bit", 103, "Evt1", [0x8000, 1]],
  ["uint64", 701, "TotWhInj", [0xffff, 0xffff, 0xffff, 0xffff]],
  ["float32", 213, "W", [0x7fc0, 0]],
  ["float32 of another NaN", 213, "W", [0xffa0, 1]],
  ["float32 of −FLT_MAX", 213, "W", [0xff7f, 0xffff]],
  ["float32 of FLT_MAX", 213, "W", [0x7f7f, 0xffff]],
  ["string", 1, "SN", [0]],
] as const)("1.3 sentinel of %s is no value", async ([, id, name, registers]) => {
  expect(await decodedPoint(id, name, ...registers)).toBe("unavailable");
});

test("1.3 a sentinel becomes null with a reason, never 0", async () => {
  const read = await meterRead({ W_SF: 0, TotWh_SF: 0 });
  expect(read.gridPowerW).toMatchObject({ value: null, quality: "unavailable", reason: "not implemented" });
});

test("1.3 a mandatory counter may stand at 0; one that falls back to 0 is suspect", async () => {
  await using quirk = await quirkDevice([common(), [203, points({ TotWhImp: 0, TotWhExp: 0, TotWh_SF: 0 })]]);
  const device = await quirk.open();
  const qualities: (string | undefined)[] = [];
  for (const counted of [0, 1_000, 0, 1_001]) {
    put(quirk.server.registers, quirk.addressOf(203) + 46, 0, counted);
    qualities.push((await device.read()).points.gridImportWh?.quality);
  }
  expect(qualities).toEqual(["good", "good", "suspect", "good"]);
});

test("1.3 a 64-bit value beyond what can be is bad", async () => {
  expect(await decodedPoint(122, "ActWh", 0x7fff, 0xffff, 0xffff, 0xffff)).toBe("bad");
});

test("1.4 the names are those of the standard, misprints and all; 122.WAval is in watts", () => {
  const unit = (id: number, name: string) => {
    const model = modelById(id);
    return model === null ? null : pointOf(model, name, false).unit;
  };
  expect(unit(122, "WAval")).toBe("W");
  expect([unit(802, "SocRsvMax"), unit(802, "SoCRsvMin")]).toEqual(["%WHRtg", "%WHRtg"]);
  expect([unit(201, "PPVphAB"), unit(211, "PPVphAB")]).toEqual(["V", "V"]);
});

test("1.4 the sign of a meter is the maker's choice: one that counts export as positive is turned round", async () => {
  const meter = [203, points({ W: 700, W_SF: 0, TotWhImp: 8, TotWhExp: 9, TotWh_SF: 0 })] as const;
  await using quirk = await quirkDevice([common(), meter]);
  const { points: turned } = await (await quirk.open(undefined, -1)).read();
  expect([turned.gridPowerW?.value, turned.gridImportWh?.value, turned.gridExportWh?.value]).toEqual([
    -700, 8, 9,
  ]);
  expect((await (await quirk.open()).read()).points.gridPowerW?.value).toBe(700);
});

test("1.4 model 160 has as many inputs as N says and L has room for", async () => {
  const inputs = (N: number) =>
    [160, { points: { DCW_SF: 0, N }, groups: [{ DCW: 1 }, { DCW: 2 }, { DCW: 4 }] }] as const;
  const powers: (number | null | undefined)[] = [];
  for (const count of [2, 3, 9, 0xffff]) {
    await using quirk = await quirkDevice([common(), [103, points({})], inputs(count)]);
    powers.push((await (await quirk.open()).read()).points.pvPowerW?.value);
  }
  expect(powers).toEqual([3, 7, 7, 7]);
});

test("1.4 a percentage with −2: 4550 is 45.5 %", async () => {
  const storage = [124, points({ ChaState: 4_550, ChaState_SF: -2 })] as const;
  const nameplate = [120, points({ WHRtg: 10_240, WHRtg_SF: 0 })] as const;
  await using quirk = await quirkDevice([common(), nameplate, storage]);
  expect((await (await quirk.open()).read()).points.storedEnergyWh?.value).toBe(4_659);
});
