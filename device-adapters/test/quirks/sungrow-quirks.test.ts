import { epochMs } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { eventually } from "../eventually.ts";
import { frame } from "../scripted-peer.ts";
import { pausesOf, vendorDevice, wireOf } from "./vendor-device.ts";

const SUNGROW = "sungrow-sh";
const state = (bits: number, currentA: number, powerW: number): Record<string, number> => ({
  "1/input/13000": bits,
  "1/input/13020": currentA & 0xffff,
  "1/input/13021": powerW & 0xffff,
});

test("Sungrow: the documents count from 1: what they call 13050 to 13052 is 13049 to 13051 on the wire", async () => {
  await using sungrow = await vendorDevice(SUNGROW);
  await sungrow.apply(-2_500);
  const addresses = sungrow.peer.takeWrites().map((write) => Number.parseInt(write.slice(4, 8), 16));
  expect(addresses.toSorted()).toEqual([13_049, 13_050, 13_051]);
});

test("Sungrow: live values are input registers (function 4), settings are holding registers (function 3)", async () => {
  await using sungrow = await vendorDevice(SUNGROW);
  sungrow.takeReads();
  await sungrow.values();
  const reads = sungrow.takeReads();
  expect(reads).toEqual(["3:33046+2", "4:5016+2", "4:13000+38"]);
});

test("Sungrow: 32 bits have the low word first", async () => {
  await using sungrow = await vendorDevice(SUNGROW, {
    words: { "1/input/5016": 0x0001, "1/input/5017": 0x0002 },
  });
  expect((await sungrow.values())["pvPowerW"]).toBe(131_073);
});

test.for([
  ["charging", 0x0002, -1_800],
  ["discharging", 0x0004, 1_800],
] as const)("Sungrow: old firmware: no sign, the running state says %s", async ([, bits, powerW]) => {
  await using sungrow = await vendorDevice(SUNGROW, { words: state(bits, 35, 1_800) });
  expect((await sungrow.values())["batteryPowerW"]).toBe(powerW);
});

test.for([
  ["a signed power", -35, -1_800, -1_800],
  ["a signed current alone", -35, 1_800, -1_800],
  ["neither below zero", 13, 184, 184],
] as const)(
  "Sungrow: new firmware: the running state stays 0, %s tells",
  async ([, currentA, raw, powerW]) => {
    await using sungrow = await vendorDevice(SUNGROW, { words: state(0, currentA, raw) });
    expect((await sungrow.values())["batteryPowerW"]).toBe(powerW);
  },
);

test("Sungrow: power and its direction come in one answer", async () => {
  await using sungrow = await vendorDevice(SUNGROW, { wire: { gapRegistersMax: 0 } });
  sungrow.takeReads();
  await sungrow.values();
  expect(sungrow.takeReads()).toContain("4:13000+23");
});

test("Sungrow: forced power in watts first, 0xAA or 0xBB next, the mode last; 0xCC at the end", async () => {
  await using sungrow = await vendorDevice(SUNGROW);
  await sungrow.apply(-2_500);
  expect(sungrow.peer.takeWrites()).toEqual(["010632fb09c4", "010632fa00aa", "010632f90002"]);
  await sungrow.apply(2_500);
  expect(sungrow.peer.takeWrites()).toEqual(["010632fb09c4", "010632fa00bb", "010632f90002"]);
  await sungrow.device.battery?.release();
  expect(sungrow.peer.takeWrites()).toEqual(["010632f90000", "010632fa00cc"]);
});

test("Sungrow: 33046 and 33047 count tens of watts and take no 0: they limit what is commanded, and are not written", async () => {
  await using sungrow = await vendorDevice(SUNGROW, { words: { "1/holding/33046": 1 } });
  expect(await sungrow.apply(-9_999)).toEqual({ status: "applied", appliedPowerW: -10 });
  await sungrow.apply(9_999);
  await sungrow.device.battery?.release();
  expect(sungrow.peer.takeWrites().filter((write) => write.startsWith("01068116"))).toEqual([]);
  expect(sungrow.peer.words.get("1/holding/33046")).toBe(1);
});

test("Sungrow: the device has no timer: the host ends the lease", async () => {
  await using sungrow = await vendorDevice(SUNGROW);
  await sungrow.apply(-2_500, 60);
  sungrow.peer.takeWrites();
  sungrow.clock.advanceTo(epochMs(sungrow.clock.now() + 60_000));
  await eventually(async () => (sungrow.peer.words.get("1/holding/13050") === 0xcc ? true : null));
  expect(sungrow.peer.words.get("1/holding/13049")).toBe(0);
});

test("Sungrow: a WiNet-S lacks registers: they are null with the reason, and cost the others nothing", async () => {
  await using sungrow = await vendorDevice(SUNGROW);
  sungrow.peer.oddity.takes = ({ transaction, unit, pdu }, socket) => {
    const [start, count] = [pdu.readUInt16BE(1), pdu.readUInt16BE(3)];
    if (pdu.readUInt8(0) !== 4 || start > 13_037 || start + count <= 13_036) return false;
    socket.write(frame(transaction, unit, Buffer.from([0x84, 2])));
    return true;
  };
  const { points } = await sungrow.device.read();
  expect(points.gridImportWh).toMatchObject({ value: null, quality: "unavailable" });
  expect(points.gridImportWh?.reason).toContain("illegal data address");
  expect(await sungrow.values()).toMatchObject({ batteryPowerW: -1_800, gridPowerW: 2_400 });
});

test("Sungrow: 20 ms between an answer and the next request, as a WiNet-S needs", async () => {
  const { gapMs } = wireOf(SUNGROW);
  expect(gapMs).toBe(20);
  await using sungrow = await vendorDevice(SUNGROW, { wire: { gapMs } });
  await sungrow.values();
  expect(Math.min(...pausesOf(sungrow.arrivedAtMs))).toBeGreaterThanOrEqual(gapMs - 1);
});

test("Sungrow: + at 13009 is export, and is turned round", async () => {
  await using sungrow = await vendorDevice(SUNGROW, {
    words: { "1/input/13009": 640, "1/input/13010": 0 },
  });
  expect((await sungrow.values())["gridPowerW"]).toBe(-640);
});
