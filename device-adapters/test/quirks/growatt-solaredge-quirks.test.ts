import { epochMs } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { decodeRaw } from "../../src/profile-device/register-codec.ts";
import { eventually } from "../eventually.ts";
import { pausesOf, vendorDevice, wireOf } from "./vendor-device.ts";

const GROWATT = "growatt-vpp";
const SOLAREDGE = "solaredge-storedge";
const REMOTE_ENABLE = "1/holding/30407";

test("Growatt: no read crosses a window of registers, however near the next value is", async () => {
  await using growatt = await vendorDevice(GROWATT, { wire: { gapRegistersMax: 124 } });
  growatt.takeReads();
  await growatt.values();
  expect(growatt.takeReads()).toEqual(["4:31058+2", "4:31100+26", "4:31200+18"]);
});

test("Growatt: 850 ms between an answer and the next request", async () => {
  const { gapMs } = wireOf(GROWATT);
  expect(gapMs).toBe(850);
  await using growatt = await vendorDevice(GROWATT, { wire: { gapMs } });
  await growatt.values();
  expect(Math.min(...pausesOf(growatt.arrivedAtMs))).toBeGreaterThanOrEqual(gapMs - 1);
});

test("Growatt: the order is 30408, 30409, 30407, after the authority at 30100", async () => {
  await using growatt = await vendorDevice(GROWATT);
  await growatt.apply(-2_500);
  const addresses = growatt.peer.takeWrites().map((write) => Number.parseInt(write.slice(4, 8), 16));
  expect(addresses).toEqual([30_100, 30_408, 30_409, 30_407]);
});

test("Growatt: the timer is no safety net: the host ends the lease, though minutes were written", async () => {
  await using growatt = await vendorDevice(GROWATT);
  await growatt.apply(-2_500, 60);
  expect(growatt.peer.words.get("1/holding/30408")).toBe(1);
  growatt.clock.advanceTo(epochMs(growatt.clock.now() + 60_000));
  await eventually(async () => (growatt.peer.words.get(REMOTE_ENABLE) === 0 ? true : null));
});

test("Growatt: 0 minutes would be for ever: the shortest lease writes 1", async () => {
  await using growatt = await vendorDevice(GROWATT);
  await growatt.apply(-2_500, 1);
  expect(growatt.peer.takeWrites()).toContain("010676c80001");
});

test("Growatt: 30100 is in EEPROM and written when it changes; 30407 to 30409 are RAM and written each time", async () => {
  await using growatt = await vendorDevice(GROWATT);
  const refreshes: number[] = [];
  for (let refresh = 0; refresh < 4; refresh++) {
    await growatt.apply(-2_500);
    refreshes.push(growatt.peer.takeWrites().length);
  }
  expect(refreshes).toEqual([4, 3, 3, 3]);
});

test("Growatt: 30409 is a percentage of the limit in its direction, + is charge", async () => {
  await using growatt = await vendorDevice(GROWATT);
  await growatt.apply(-5_000);
  expect(growatt.peer.takeWrites()).toContain("010676c90064");
  await growatt.apply(4_000);
  expect(growatt.peer.takeWrites()).toContain("010676c9ff9c");
});

test("Growatt: 30474 keeps the last command for hours: it proves nothing and is not read", async () => {
  await using growatt = await vendorDevice(GROWATT);
  await growatt.apply(-2_500);
  const covers = (read: string): boolean => {
    const [, start = 0, count = 0] = read.split(/[:+]/).map(Number);
    return start <= 30_474 && 30_474 < start + count;
  };
  expect(growatt.takeReads().filter(covers)).toEqual([]);
});

test("SolarEdge: low word first in its own block, high word first in its SunSpec map", async () => {
  await using solaredge = await vendorDevice(SOLAREDGE);
  expect(await solaredge.values()).toMatchObject({ batteryPowerW: -880, gridExportWh: 666_660 });
  await solaredge.apply(-3_300);
  expect(solaredge.peer.takeWrites()).toContain("0110e00e0002044000454e");
});

test("SolarEdge: the time-out at 0xE00B is armed before the mode, and the mode, which restarts it, is written by each refresh", async () => {
  await using solaredge = await vendorDevice(SOLAREDGE);
  await solaredge.apply(-3_300, 90);
  solaredge.peer.takeWrites();
  await solaredge.apply(-3_300, 60);
  expect(solaredge.peer.takeWrites()).toEqual([
    "0110e00b000204003c0000",
    "0110e00e0002044000454e",
    "0106e00d0003",
  ]);
});

test("SolarEdge: the pauses between its writes are taken off the time-out, which starts at the last", async () => {
  await using solaredge = await vendorDevice(SOLAREDGE, { wire: { writeGapMs: 50 } });
  await solaredge.apply(-3_300, 60);
  // Four pauses of 50 ms: 59.8 s, rounded up.
  expect(solaredge.peer.takeWrites()).toContain("0110e00b000204003c0000");
  await using slower = await vendorDevice(SOLAREDGE, { wire: { writeGapMs: 300 } });
  await slower.apply(-3_300, 60);
  expect(slower.peer.takeWrites()).toContain("0110e00b000204003b0000");
});

test("SolarEdge: exactly one client: two devices at one address share one connection", async () => {
  expect(wireOf(SOLAREDGE).clientsMax).toBe(1);
  await using solaredge = await vendorDevice(SOLAREDGE);
  const second = await solaredge.connect();
  await Promise.all([solaredge.values(), second.read()]);
  expect(solaredge.peer.connections()).toBe(1);
});

test("SolarEdge: −FLT_MAX means that there is no battery: null with a reason, and PV stays", async () => {
  await using solaredge = await vendorDevice(SOLAREDGE, {
    words: {
      "1/holding/57716": 0xffff,
      "1/holding/57717": 0xff7f,
      "1/holding/57732": 0xffff,
      "1/holding/57733": 0xff7f,
    },
  });
  const { points } = await solaredge.device.read();
  expect(points.batteryPowerW).toMatchObject({ value: null, quality: "unavailable" });
  expect(points.batteryPowerW?.reason).toContain("0xff7fffff");
  expect(points.storedEnergyWh?.value).toBeNull();
  expect(points.pvPowerW?.value).toBe(3_120);
});

test("SolarEdge: a uint64 counter of all ones is not there", () => {
  const register = {
    table: "holding",
    address: 0xe176,
    type: "uint64",
    unit: "Wh",
    sentinels: ["0xffffffffffffffff"],
  } as const;
  expect(decodeRaw(register, Buffer.alloc(8, 0xff), "little")).toMatchObject({ status: "unavailable" });
  const counter = Buffer.from("e240000100000000", "hex");
  expect(decodeRaw(register, counter, "little")).toEqual({ status: "good", value: 123_456 });
});

test("SolarEdge: 3 s after a write before the next request", async () => {
  expect(wireOf(SOLAREDGE).writeGapMs).toBe(3_000);
  const writeGapMs = 150;
  await using solaredge = await vendorDevice(SOLAREDGE, { wire: { writeGapMs } });
  await solaredge.values();
  const readPauses = pausesOf(solaredge.arrivedAtMs);
  const readsBefore = solaredge.arrivedAtMs.length;
  await solaredge.apply(-3_300);
  const writes = solaredge.peer.takeWrites().length;
  const after = pausesOf(solaredge.arrivedAtMs.slice(readsBefore));
  expect(Math.min(...readPauses)).toBeLessThan(writeGapMs);
  expect(after.filter((pause) => pause >= writeGapMs - 1).length).toBeGreaterThanOrEqual(writes);
});

test("SolarEdge: the scale factor of DC power hops at dusk: value and factor come in one answer", async () => {
  await using solaredge = await vendorDevice(SOLAREDGE);
  let dusk = false;
  solaredge.peer.oddity.takes = () => {
    dusk = !dusk;
    solaredge.peer.words.set("1/holding/40100", dusk ? 9_999 : 1_000);
    solaredge.peer.words.set("1/holding/40101", dusk ? 0xffff : 0);
    return false;
  };
  await solaredge.values();
  for (let reading = 0; reading < 6; reading++) {
    // 1000 W or 999.9 W on the DC side, beside the 880 W that the battery takes.
    expect((await solaredge.values())["pvPowerW"]).toBe(1_880);
  }
});

test("SolarEdge: its meter counts export as positive, and is turned round", async () => {
  await using solaredge = await vendorDevice(SOLAREDGE, { words: { "1/holding/40206": 50 } });
  expect((await solaredge.values())["gridPowerW"]).toBe(-500);
});

test("SolarEdge: remote control and default mode are in EEPROM and written when they change", async () => {
  await using solaredge = await vendorDevice(SOLAREDGE);
  const eeprom = (): readonly string[] =>
    solaredge.peer.takeWrites().filter((write) => /^0106e0(04|0a)/.test(write));
  await solaredge.apply(-3_300);
  expect(eeprom()).toEqual(["0106e0040004"]);
  for (let refresh = 0; refresh < 3; refresh++) await solaredge.apply(2_000);
  expect(eeprom()).toEqual([]);
});
