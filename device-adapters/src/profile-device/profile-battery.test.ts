import {
  deviceId,
  durationMs,
  epochMs,
  simulatedClock,
  sleep,
  systemClock,
  USUAL_RESPONSE,
  watts,
} from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { eventually } from "../../test/eventually.ts";
import { fixtureDevice } from "../../test/fixture-device.ts";
import { testContext } from "../../test/test-context.ts";
import { testProfile, testUnits } from "../../test/test-profile.ts";
import type { RegisterMapProfile } from "./profile.ts";
import { modbusProfile } from "./profile-connector.ts";

const START_MS = 1_800_000_000_000;

async function openBattery(profile: RegisterMapProfile = testProfile) {
  const peer = await fixtureDevice({ profile: "", source: "", units: testUnits, expected: {} });
  const clock = simulatedClock(epochMs(START_MS));
  const connector = modbusProfile({
    id: deviceId("home-1/battery"),
    profile,
    host: "127.0.0.1",
    port: peer.port,
  });
  const device = await connector.connect(testContext(clock));
  let sequence = 0;
  return {
    peer,
    clock,
    device,
    apply: (powerW: number, durationS = 60, number = ++sequence) =>
      device.battery?.apply({
        batteryPowerW: watts(powerW),
        validUntilMs: epochMs(clock.now() + 1_000 * durationS),
        sequence: number,
      }),
    [Symbol.asyncDispose]: async () => {
      await device.close();
      await peer[Symbol.asyncDispose]();
    },
  };
}

test("clamps to what the device says now, and writes what wears out only when it changes", async () => {
  await using battery = await openBattery();
  expect(await battery.apply(-9_000)).toEqual({ status: "applied", appliedPowerW: -3_000 });
  expect(battery.peer.takeWrites()).toEqual(["0106001e0001", "0106001ff448"]);
  battery.peer.words.set("1/holding/14", 500);
  expect(await battery.apply(-9_000)).toEqual({ status: "applied", appliedPowerW: -500 });
  expect(battery.peer.takeWrites()).toEqual(["0106001ffe0c"]);
});

test("refuses when the day's writes are used up, with one kept for the way back to neutral", async () => {
  await using battery = await openBattery();
  await battery.apply(-1_000);
  await battery.apply(1_000);
  expect(await battery.apply(-1_000)).toEqual({
    status: "refused",
    code: "write-budget",
    message:
      "3 of 3 writes of registers that wear out are used up in 24 hours, and 1 are needed, with those back to neutral",
  });
  expect(await battery.apply(1_500)).toMatchObject({ status: "applied" });
  battery.peer.takeWrites();
  await battery.device.battery?.release();
  expect(battery.peer.takeWrites()).toEqual(["0106001f0000", "0106001e0000"]);
  battery.clock.advanceTo(epochMs(START_MS + 86_400_001));
  expect(await battery.apply(1_000)).toMatchObject({ status: "applied" });
});

test("refuses late and old leases, and a device that is not ours to command", async () => {
  await using battery = await openBattery();
  expect(await battery.apply(100, 0)).toMatchObject({ code: "expired" });
  expect(await battery.apply(100, 60, 7)).toMatchObject({ status: "applied" });
  expect(await battery.apply(100, 60, 7)).toMatchObject({ code: "out-of-order" });
  battery.peer.words.set("1/holding/20", 0);
  expect(await battery.apply(100, 60, 8)).toEqual({
    status: "refused",
    code: "local-control",
    message: "remote reads 0, not 1: remote control is switched off",
  });
});

test("a device that takes a write and does nothing is not confirmed", async () => {
  await using battery = await openBattery();
  const { words } = battery.peer;
  const set = words.set.bind(words);
  words.set = (key, value) => (key === "1/holding/31" ? words : set(key, value));
  expect(await battery.apply(700)).toEqual({
    status: "refused",
    code: "not-confirmed",
    message: "setpoint was written as 0x02bc and reads 0x0000",
  });
});

test("ends a lease by itself where the device cannot, and not one that was renewed", async () => {
  await using battery = await openBattery();
  await battery.apply(700, 60);
  battery.clock.advanceTo(epochMs(START_MS + 30_000));
  await battery.apply(700, 60);
  battery.peer.takeWrites();
  battery.clock.advanceTo(epochMs(START_MS + 61_000));
  await sleep(systemClock, durationMs(50));
  expect(battery.peer.takeWrites()).toEqual([]);
  battery.clock.advanceTo(epochMs(START_MS + 90_000));
  await eventually(async () => (battery.peer.words.get("1/holding/30") === 0 ? true : null));
  expect(battery.peer.words.get("1/holding/31")).toBe(0);
});

test("what it can do now is 0, with the reason, while it is full, empty or not ours to command", async () => {
  const stateOfCharge = { table: "holding", address: 16, type: "uint16", unit: "percent" } as const;
  await using battery = await openBattery({
    ...testProfile,
    registers: { ...testProfile.registers, stateOfCharge },
    points: {
      ...testProfile.points,
      batteryCapacityWh: { configured: "batteryCapacityWh" },
      storedEnergyWh: { percent: { register: "stateOfCharge", of: "batteryCapacityWh" } },
    },
  });
  const { words } = battery.peer;
  const limits = async () => {
    const { chargePowerMaxW: charge, dischargePowerMaxW: discharge } = (await battery.device.read()).points;
    return [charge, discharge].map((limit) => [limit?.value, limit?.reason]);
  };
  words.set("1/holding/16", 100);
  expect(await limits()).toEqual([
    [0, "the battery is full"],
    [2_000, null],
  ]);
  expect(await battery.apply(-1_000)).toEqual({ status: "applied", appliedPowerW: 0 });
  words.set("1/holding/16", 0);
  expect(await limits()).toEqual([
    [3_000, null],
    [0, "the battery is empty"],
  ]);
  expect(await battery.apply(1_000)).toEqual({ status: "applied", appliedPowerW: 0 });
  expect(await battery.apply(-1_000)).toEqual({ status: "applied", appliedPowerW: -1_000 });
  words.set("1/holding/20", 0);
  const why = "remote reads 0, not 1: remote control is switched off";
  expect(await limits()).toEqual([
    [0, why],
    [0, why],
  ]);
});

test("says how soon and how closely it obeys, as its profile does and as is usual besides", async () => {
  const { battery: recipes } = testProfile;
  if (recipes === null) throw new Error("the profile has changed");
  await using battery = await openBattery({
    ...testProfile,
    battery: { ...recipes, response: { settleS: 90, tolerancePercent: 25 } },
  });
  expect(battery.device.battery?.response).toEqual({
    settleMs: 90_000,
    toleranceW: USUAL_RESPONSE.toleranceW,
    tolerancePercent: 25,
  });
});
