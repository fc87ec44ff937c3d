import { epochMs } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { profileByName } from "../../src/profiles/profiles.ts";
import { eventually } from "../eventually.ts";
import { vendorDevice } from "./vendor-device.ts";

const SMA = "sma-hybrid";
const KOSTAL = "kostal-plenticore";
const SMA_CONTROLS = [40_236, 40_793, 40_795, 40_797, 40_799, 40_801];

test("SMA: unit 3", async () => {
  await using sma = await vendorDevice(SMA);
  await sma.values();
  expect(new Set(sma.peer.requests.map(({ unit }) => unit))).toEqual(new Set([3]));
});

test("SMA: 0x80000000 and 0xFFFFFFFF are NaN: null with a reason, never 0", async () => {
  await using sma = await vendorDevice(SMA, {
    words: { "3/holding/30845": 0xffff, "3/holding/30846": 0xffff },
  });
  const { points } = await sma.device.read();
  expect(points.pvPowerW).toMatchObject({ value: null, quality: "unavailable" });
  expect(points.pvPowerW?.reason).toContain("0x80000000");
  expect(points.storedEnergyWh).toMatchObject({ value: null, quality: "unavailable" });
  expect(points.batteryPowerW?.value).toBe(640);
});

test("SMA: it falls back when it hears nothing: each refresh writes the whole command again", async () => {
  await using sma = await vendorDevice(SMA);
  await sma.apply(-3_000);
  const first = sma.peer.takeWrites();
  await sma.apply(-3_000);
  expect(sma.peer.takeWrites()).toEqual(first);
  expect(first.length).toBe(SMA_CONTROLS.length);
});

test("SMA: flash: nothing is written but what grid management may write in cycles", async () => {
  await using sma = await vendorDevice(SMA);
  await sma.apply(-3_000);
  await sma.apply(2_000);
  await sma.device.battery?.release();
  const addresses = sma.peer.takeWrites().map((write) => Number.parseInt(write.slice(4, 8), 16));
  expect([...new Set(addresses)].toSorted()).toEqual(SMA_CONTROLS);
});

test("SMA: least and most power are the same, of one direction alone", async () => {
  await using sma = await vendorDevice(SMA);
  await sma.apply(-3_000);
  expect(sma.peer.takeWrites().slice(1, 5)).toEqual([
    "03109f5900020400000bb8",
    "03109f5b00020400000bb8",
    "03109f5d00020400000000",
    "03109f5f00020400000000",
  ]);
});

test("SMA: import and export are two registers, and one number", async () => {
  await using sma = await vendorDevice(SMA, { words: { "3/holding/30866": 0, "3/holding/30868": 2_750 } });
  expect((await sma.values())["gridPowerW"]).toBe(-2_750);
});

test("Kostal: unit 71, port 1502", async () => {
  expect(profileByName(KOSTAL).wire.port).toBe(1_502);
  await using kostal = await vendorDevice(KOSTAL);
  await kostal.values();
  expect(new Set(kostal.peer.requests.map(({ unit }) => unit))).toEqual(new Set([71]));
});

test("Kostal: the low word first (CDAB), as it ships", async () => {
  await using kostal = await vendorDevice(KOSTAL);
  expect(await kostal.values()).toMatchObject({ inverterPowerW: 4_201, batteryCapacityWh: 11_000 });
});

test("Kostal: the high word first (ABCD), where the configuration says so, for reading and for writing", async () => {
  await using kostal = await vendorDevice(KOSTAL, { options: { wordOrder: "big" } });
  const { words } = kostal.peer;
  const floats = [172, 252, 1_034, 1_066, 1_068, 1_076, 1_078].map((address) => `71/holding/${address}`);
  for (const low of floats) {
    const high = low.replace(/\d+$/, (address) => String(Number(address) + 1));
    const [first = 0, second = 0] = [words.get(low), words.get(high)];
    words.set(low, second);
    words.set(high, first);
  }
  expect(await kostal.values()).toMatchObject({ inverterPowerW: 4_201, batteryCapacityWh: 11_000 });
  expect(await kostal.apply(-2_000)).toEqual({ status: "applied", appliedPowerW: -2_000 });
  expect(kostal.peer.takeWrites()).toEqual(["4710040a000204c4fa0000"]);
});

test("Kostal: a word order is refused where it is no setting of the device", async () => {
  const connecting = vendorDevice("huawei-sun2000", { options: { wordOrder: "big" } });
  await expect(connecting).rejects.toThrow(
    "huawei-sun2000: /wire/wordOrder: it is no setting of this device",
  );
});

test("Kostal: − is charge at 1034, as with us", async () => {
  await using kostal = await vendorDevice(KOSTAL);
  await kostal.apply(-2_000);
  await kostal.apply(1_234);
  expect(kostal.peer.takeWrites()).toEqual(["4710040a0002040000c4fa", "4710040a0002044000449a"]);
});

test("Kostal: charge, discharge and release are one register: a new command replaces the last, none waits for its time-out", async () => {
  await using kostal = await vendorDevice(KOSTAL);
  await kostal.apply(-2_000);
  await kostal.apply(1_234);
  await kostal.device.battery?.release();
  const addresses = kostal.peer.takeWrites().map((write) => Number.parseInt(write.slice(4, 8), 16));
  expect(addresses).toEqual([1_034, 1_034, 1_034]);
});

test("Kostal: how long a command lasts is set in its own pages and not known: the host ends the lease", async () => {
  await using kostal = await vendorDevice(KOSTAL);
  await kostal.apply(-2_000, 30);
  kostal.clock.advanceTo(epochMs(kostal.clock.now() + 30_000));
  await eventually(async () => (kostal.peer.words.get("71/holding/1035") === 0 ? true : null));
});
