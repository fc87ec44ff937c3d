import { expect, test } from "vitest";
import { decodeRaw } from "../../src/profile-device/register-codec.ts";
import { modelById } from "../../src/sunspec/models/models.ts";
import { put, registerDevice } from "../register-device.ts";
import { rejection } from "../test-context.ts";
import { common, points, quirkDevice } from "./quirk-device.ts";
import { vendorDevice } from "./vendor-device.ts";

test("1.1.1 holding registers alone: function 3 to read and 16 to write, counted from 0", async () => {
  await using fronius = await vendorDevice("fronius-gen24");
  expect(fronius.takeReads()[0]).toBe("3:40000+3");
  await fronius.values();
  expect(await fronius.apply(-2_000)).toMatchObject({ status: "applied" });
  await fronius.device.battery?.release();
  const functions = new Set(fronius.peer.takeWrites().map((write) => write.slice(2, 4)));
  expect(functions).toEqual(new Set(["10"]));
  expect(fronius.takeReads().filter((read) => !read.startsWith("3:"))).toEqual([]);
});

test("1.1.2 SunS without a model 1 behind it is no map", async () => {
  await using quirk = await quirkDevice([[203, points({ W: 1, W_SF: 0 })]]);
  put(quirk.server.registers, 0, "SunS", 103);
  expect(await rejection(quirk.open())).toMatchObject({ code: "SUNSPEC_NOT_FOUND", retryable: false });
});

test("1.1.9 a long absence and the same device: it is not searched anew, only its serial number compared", async () => {
  await using quirk = await quirkDevice([common("Q-7"), [203, points({ W: 5, W_SF: 0 })]]);
  const device = await quirk.open();
  await device.read();
  await quirk.server.close();
  await rejection(device.read());
  await using back = await registerDevice(quirk.server.registers, quirk.server.port);
  await expect.poll(async () => (await device.read().catch(() => null))?.points.gridPowerW?.value).toBe(5);
  expect(back.reads).toContainEqual([quirk.addressOf(1), 68]);
  expect(back.reads).not.toContainEqual([40_000, 3]);
});

test.for([
  ["int16", "7fff"],
  ["int16", "8000"],
  ["int32", "7fffffff"],
  ["int32", "80000000"],
] as const)("1.3 a maker's own NaN: %s 0x%s is no value where its profile says so", ([type, hex]) => {
  const register = { table: "holding", address: 0, type, unit: "W", sentinels: [`0x${hex}`] } as const;
  expect(decodeRaw(register, Buffer.from(hex, "hex"), "big")).toMatchObject({
    status: "unavailable",
    reason: expect.stringContaining(hex),
  });
  expect(decodeRaw({ ...register, sentinels: [] }, Buffer.from(hex, "hex"), "big").status).toBe("good");
});

/** The models that a SunSpec device of a home is made of. */
const MODELS = [
  1, 101, 102, 103, 111, 112, 113, 120, 121, 122, 123, 124, 160, 201, 202, 203, 204, 211, 212, 213, 214, 701,
  702, 703, 704, 713, 714, 715, 802, 803,
];

test.for(MODELS)("1.4 model %i has a table, and every scale factor in it is there", (id) => {
  const model = modelById(id);
  expect(model?.ids).toContain(id);
  const names = model?.points.map(({ name }) => name) ?? [];
  for (const { scale } of [...(model?.points ?? []), ...(model?.group?.points ?? [])]) {
    if (scale !== undefined)
      expect([...names, ...(model?.group?.points ?? []).map(({ name }) => name)]).toContain(scale);
  }
  expect(new Set(names).size).toBe(names.length);
});
