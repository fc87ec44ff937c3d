import { epochMs } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { eventually } from "../eventually.ts";
import { frame } from "../scripted-peer.ts";
import { rejection } from "../test-context.ts";
import { vendorDevice, wireOf } from "./vendor-device.ts";

const GOODWE = "goodwe-et";
const VICTRON = "victron-gx";

test("GoodWe: unit 247", async () => {
  await using goodwe = await vendorDevice(GOODWE);
  await goodwe.values();
  expect(new Set(goodwe.peer.requests.map(({ unit }) => unit))).toEqual(new Set([247]));
});

test("GoodWe: every request has a connection of its own, which is closed after it", async () => {
  await using goodwe = await vendorDevice(GOODWE);
  await goodwe.values();
  await goodwe.apply(-2_000);
  expect(goodwe.peer.requests.length).toBeGreaterThan(6);
  expect(goodwe.peer.connections()).toBe(goodwe.peer.requests.length);
});

test("GoodWe: a write answered by a frame of function 3 counts by what is read back", async () => {
  await using goodwe = await vendorDevice(GOODWE);
  goodwe.peer.oddity.takes = ({ transaction, unit, pdu }, socket) => {
    if (pdu.readUInt8(0) < 5) return false;
    return socket.write(frame(transaction, unit, Buffer.from([3, 2, 0, 0]))) || true;
  };
  expect(await goodwe.apply(-2_000)).toEqual({ status: "applied", appliedPowerW: -2_000 });
  expect(goodwe.peer.takeWrites()).toEqual(["f710b99800010207d0", "f706b997000b"]);
});

test("GoodWe: a write answered by a frame of function 3 that changed nothing is not confirmed", async () => {
  await using goodwe = await vendorDevice(GOODWE);
  goodwe.peer.oddity.takes = ({ transaction, unit, pdu }, socket) => {
    if (pdu.readUInt8(0) < 5) return false;
    goodwe.peer.words.set("247/holding/47511", 1);
    return socket.write(frame(transaction, unit, Buffer.from([3, 2, 0, 0]))) || true;
  };
  expect(await goodwe.apply(-2_000)).toMatchObject({ status: "refused", code: "not-confirmed" });
});

test("GoodWe: the power goes before the mode, so that no old power is ever in force; the mode ends first", async () => {
  await using goodwe = await vendorDevice(GOODWE);
  await goodwe.apply(1_500);
  expect(goodwe.peer.takeWrites()).toEqual(["f710b99800010205dc", "f706b997000c"]);
  await goodwe.device.battery?.release();
  expect(goodwe.peer.takeWrites()).toEqual(["f706b9970001", "f710b9980001020000"]);
});

test("GoodWe: a truncated answer is an error that may pass, and the next reading is whole", async () => {
  await using goodwe = await vendorDevice(GOODWE, { options: { requestTimeoutMs: 400 } });
  goodwe.peer.oddity.takes = (_request, socket, answer) => socket.end(answer.subarray(0, 10)) !== null;
  expect(await rejection(goodwe.device.read())).toMatchObject({ retryable: true });
  goodwe.peer.oddity.takes = () => false;
  expect(await goodwe.values()).toMatchObject({ batteryPowerW: 1_750, pvPowerW: 3_600 });
});

test("GoodWe: garbage behind an answer reaches no other request", async () => {
  await using goodwe = await vendorDevice(GOODWE);
  goodwe.peer.oddity.takes = (_request, socket, answer) =>
    socket.write(Buffer.concat([answer, Buffer.from("00170000ffff0399", "hex")])) || true;
  for (let reading = 0; reading < 3; reading++) {
    expect(await goodwe.values()).toMatchObject({ batteryPowerW: 1_750, gridPowerW: 640 });
  }
});

test("GoodWe: + is discharge at 35182; + is export at 36025, which is turned round", async () => {
  await using goodwe = await vendorDevice(GOODWE, {
    words: { "247/holding/36025": 0, "247/holding/36026": 300 },
  });
  expect(await goodwe.values()).toMatchObject({ batteryPowerW: 1_750, gridPowerW: -300 });
});

test("GoodWe: the device has no timer: the host ends the lease", async () => {
  await using goodwe = await vendorDevice(GOODWE);
  await goodwe.apply(-2_000, 60);
  goodwe.clock.advanceTo(epochMs(goodwe.clock.now() + 60_000));
  await eventually(async () => (goodwe.peer.words.get("247/holding/47511") === 1 ? true : null));
});

test("Victron: values are at unit 100, the setpoint at the inverter's own unit, which the configuration may name", async () => {
  await using victron = await vendorDevice(VICTRON, { options: { units: { vebus: 246 } } });
  victron.peer.words.set("246/holding/37", 0);
  await victron.values();
  expect(new Set(victron.peer.requests.splice(0).map(({ unit }) => unit))).toEqual(new Set([100]));
  expect(await victron.apply(-1_000)).toEqual({ status: "applied", appliedPowerW: -1_000 });
  expect(victron.peer.takeWrites()).toEqual(["f606002503e8"]);
});

test("Victron: 2700 wears the flash of the GX: neither it nor 2716 and 2717 are written, only the setpoint in RAM", async () => {
  await using victron = await vendorDevice(VICTRON);
  for (const powerW of [-1_000, 900, -3_000, 0]) await victron.apply(powerW);
  await victron.device.battery?.release();
  const addresses = victron.peer.takeWrites().map((write) => Number.parseInt(write.slice(4, 8), 16));
  expect(addresses.length).toBe(5);
  expect(new Set(addresses)).toEqual(new Set([37]));
});

test("Victron: + is charge at 842, and is turned round", async () => {
  await using victron = await vendorDevice(VICTRON, { words: { "100/holding/842": 0xfc18 } });
  expect((await victron.values())["batteryPowerW"]).toBe(1_000);
});

test("Victron: a command needs ESS mode 3, external control", async () => {
  await using victron = await vendorDevice(VICTRON, { words: { "100/holding/2902": 2 } });
  expect(await victron.apply(-1_000)).toMatchObject({ status: "refused", code: "local-control" });
  expect(victron.peer.takeWrites()).toEqual([]);
});

test("Victron: its 60 s are not relied on: the host ends the lease", async () => {
  await using victron = await vendorDevice(VICTRON);
  await victron.apply(-1_000, 30);
  victron.clock.advanceTo(epochMs(victron.clock.now() + 30_000));
  await eventually(async () => (victron.peer.words.get("227/holding/37") === 0 ? true : null));
});

test("Victron: registers are contiguous within a service: no read goes over a gap", async () => {
  expect(wireOf(VICTRON).gapRegistersMax).toBe(0);
  await using victron = await vendorDevice(VICTRON);
  victron.takeReads();
  await victron.values();
  // The mode that lets us command it is read, too: without it the battery can do nothing for us.
  expect(victron.takeReads()).toEqual(["3:808+6", "3:820+3", "3:842+2", "3:850+1", "3:2902+1"]);
});

test("Deye: 32 bits have the low word first", async () => {
  await using deye = await vendorDevice("deye-3-phase", {
    words: { "1/holding/522": 0x0001, "1/holding/523": 0x0002 },
  });
  expect((await deye.values())["gridImportWh"]).toBe(13_107_300);
});

test("Deye: high-voltage models count power of battery and PV in tens of watts, of the grid in watts", async () => {
  await using deye = await vendorDevice("deye-3-phase-hv");
  expect(await deye.values()).toMatchObject({ batteryPowerW: -2_500, pvPowerW: 4_000, gridPowerW: -800 });
});

test.for([
  ["1095", 1_234_500],
  ["1098", 12_345_000],
  ["1110", 12_345_000],
] as const)("Deye: high-voltage firmware %s: the same counter is %i Wh", async ([firmware, importWh]) => {
  await using deye = await vendorDevice("deye-3-phase-hv", { options: { firmware } });
  expect((await deye.values())["gridImportWh"]).toBe(importWh);
});

test("Deye: a high-voltage model of unknown firmware has no energy, with the reason, rather than ten times too much", async () => {
  await using deye = await vendorDevice("deye-3-phase-hv", { options: { firmware: undefined as never } });
  const { points } = await deye.device.read();
  expect(points.gridImportWh).toMatchObject({ value: null, quality: "unavailable" });
  expect(points.gridImportWh?.reason).toContain("name the firmware in the configuration");
  expect(points.batteryPowerW?.value).toBe(-2_500);
});

test.for(["deye-3-phase", "deye-3-phase-hv"])(
  "Deye: settings in EEPROM without an end are no command: %s takes none",
  async (name) => {
    await using deye = await vendorDevice(name);
    await deye.values();
    expect(deye.device.battery).toBeNull();
    expect(deye.peer.takeWrites()).toEqual([]);
  },
);
