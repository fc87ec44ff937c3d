import { systemClock } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { frame } from "../scripted-peer.ts";
import { pausesOf, vendorDevice, wireOf } from "./vendor-device.ts";

const HUAWEI = "huawei-sun2000";

/** A millisecond of a timer may be missing on the clock. */
const ROUNDING_MS = 1;

test("Huawei: a new connection is left alone for 1.5 s", async () => {
  const { settleMs } = wireOf(HUAWEI);
  expect(settleMs).toBe(1_500);
  await using huawei = await vendorDevice(HUAWEI, { wire: { settleMs }, connectLater: true });
  const startedAtMs = systemClock.now();
  await huawei.connect();
  expect(huawei.arrivedAtMs[0]).toBeGreaterThanOrEqual(startedAtMs + settleMs - ROUNDING_MS);
});

test("Huawei: 50 ms between an answer and the next request", async () => {
  const { gapMs } = wireOf(HUAWEI);
  expect(gapMs).toBe(50);
  await using huawei = await vendorDevice(HUAWEI, { wire: { gapMs } });
  await huawei.values();
  expect(huawei.arrivedAtMs.length).toBeGreaterThan(4);
  expect(Math.min(...pausesOf(huawei.arrivedAtMs))).toBeGreaterThanOrEqual(gapMs - ROUNDING_MS);
});

test.for([6, 4])("Huawei: exception %i is tried again, after waits that double", async (exception) => {
  await using huawei = await vendorDevice(HUAWEI);
  const arrivedAtMs: number[] = [];
  huawei.peer.oddity.takes = ({ transaction, unit, pdu }, socket) => {
    arrivedAtMs.push(systemClock.now());
    if (arrivedAtMs.length > 3) return false;
    socket.write(frame(transaction, unit, Buffer.from([pdu.readUInt8(0) | 0x80, exception])));
    return true;
  };
  expect(await huawei.values()).toMatchObject({ inverterPowerMaxW: 10_000, batteryPowerW: -1_300 });
  const [first = 0, second = 0, third = 0] = pausesOf(arrivedAtMs);
  expect(first).toBeGreaterThanOrEqual(100 - ROUNDING_MS);
  expect(second).toBeGreaterThanOrEqual(200 - ROUNDING_MS);
  expect(third).toBeGreaterThanOrEqual(400 - ROUNDING_MS);
});

test("Huawei: a busy device is asked again for a write, too", async () => {
  await using huawei = await vendorDevice(HUAWEI);
  let refusals = 0;
  huawei.peer.oddity.takes = ({ transaction, unit, pdu }, socket) => {
    const kind = pdu.readUInt8(0);
    if (kind < 5 || refusals++ > 0) return false;
    socket.write(frame(transaction, unit, Buffer.from([kind | 0x80, 6])));
    return true;
  };
  expect(await huawei.apply(-3_000)).toEqual({ status: "applied", appliedPowerW: -3_000 });
  expect(refusals).toBeGreaterThan(1);
});

test("Huawei: one client only: two devices at one address share one connection, one request at a time", async () => {
  expect(wireOf(HUAWEI).clientsMax).toBe(1);
  await using huawei = await vendorDevice(HUAWEI);
  const second = await huawei.connect();
  let inFlight = 0;
  let mostInFlight = 0;
  huawei.peer.oddity.takes = (_request, socket, answer) => {
    mostInFlight = Math.max(mostInFlight, ++inFlight);
    setImmediate(() => {
      inFlight -= 1;
      socket.write(answer);
    });
    return true;
  };
  await Promise.all([huawei.values(), second.read()]);
  expect(huawei.peer.connections()).toBe(1);
  expect(mostInFlight).toBe(1);
});

test("Huawei: at most 64 registers in one read, and never over a gap of more than 16", async () => {
  await using huawei = await vendorDevice(HUAWEI);
  huawei.takeReads();
  await huawei.values();
  expect(huawei.takeReads()).toEqual(["3:30075+2", "3:32064+18", "3:37046+4", "3:37113+10", "3:37758+9"]);
});

test("Huawei: a slow dongle that takes 1.1 s for an answer is waited for", async () => {
  await using huawei = await vendorDevice(HUAWEI);
  let isFirst = true;
  huawei.peer.oddity.takes = (_request, socket, answer) => {
    if (!isFirst) return false;
    isFirst = false;
    systemClock.after(1_100 as never, () => socket.write(answer));
    return true;
  };
  expect((await huawei.values())["batteryPowerW"]).toBe(-1_300);
});

test("Huawei: 32 bits have the high word first", async () => {
  await using huawei = await vendorDevice(HUAWEI, {
    words: { "1/holding/37119": 0x0001, "1/holding/37120": 0x0002 },
  });
  expect((await huawei.values())["gridExportWh"]).toBe(655_380);
});

test("Huawei: + is export at 37113 and charge at 37765, and both are turned round", async () => {
  await using huawei = await vendorDevice(HUAWEI, {
    words: { "1/holding/37114": 700, "1/holding/37766": 900 },
  });
  expect(await huawei.values()).toMatchObject({ gridPowerW: -700, batteryPowerW: -900 });
});

test("Huawei: what is commanded is clamped to the ratings at 37046 and 37048, which may change", async () => {
  await using huawei = await vendorDevice(HUAWEI, { words: { "1/holding/37047": 2_500 } });
  expect(await huawei.apply(-99_000)).toEqual({ status: "applied", appliedPowerW: -2_500 });
  expect(await huawei.apply(99_000)).toEqual({ status: "applied", appliedPowerW: 5_000 });
});

test("Huawei: the device's own end is in whole minutes, rounded up, and written anew by each refresh", async () => {
  await using huawei = await vendorDevice(HUAWEI);
  await huawei.apply(-1_000, 60);
  await huawei.apply(-1_000, 61);
  const minutes = huawei.peer.takeWrites().filter((write) => write.startsWith("0106b7eb"));
  expect(minutes).toEqual(["0106b7eb0001", "0106b7eb0002"]);
});

test("Huawei: minutes and power go first, the command that starts them last", async () => {
  await using huawei = await vendorDevice(HUAWEI);
  await huawei.apply(-3_000);
  expect(huawei.peer.takeWrites()).toEqual([
    "0106b7eb0002",
    "0110b88f00020400000bb8",
    "0106b88e0000",
    "0106b7fc0001",
  ]);
});

test("Huawei: behind a dongle it is unit 0", async () => {
  await using huawei = await vendorDevice(HUAWEI, { options: { unit: 0 }, connectLater: true });
  for (const [place, word] of [...huawei.peer.words]) huawei.peer.words.set(place.replace(/^1/, "0"), word);
  await huawei.connect();
  expect((await huawei.values())["batteryPowerW"]).toBe(-1_300);
  expect(new Set(huawei.peer.requests.map(({ unit }) => unit))).toEqual(new Set([0]));
});
