import { type DeviceContext, deviceId, epochMs, simulatedClock, watts } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { MIDNIGHT, RATINGS } from "../../test/emulated-home.ts";
import { testContext, testWear } from "../../test/test-context.ts";
import { BenchPlant } from "../emulator/bench-plant.ts";
import { startSunSpecEmulator } from "../emulator/sunspec-emulator.ts";
import { checkProfile } from "../profile-device/check-profile.ts";
import type { SunSpecProfile } from "../profile-device/profile.ts";
import { modbusProfile } from "../profile-device/profile-connector.ts";
import { genericSunSpec } from "../profiles/generic-sunspec.ts";

test("points that wear a SunSpec device out are written on change, within a budget that a restart keeps", async () => {
  const clock = simulatedClock(MIDNIGHT);
  const written: string[] = [];
  const identity = { manufacturer: "Bench", model: "Hybrid", serialNumber: "H-1", firmware: "1" };
  const emulator = await startSunSpecEmulator({
    host: "127.0.0.1",
    port: 0,
    clock,
    units: [
      { unit: 1, plant: new BenchPlant({ startMs: MIDNIGHT, ratings: RATINGS }), kind: "hybrid", identity },
    ],
    onCommand: (_unit, assignments) => void written.push(...assignments.map(({ point }) => point)),
  });
  const context: DeviceContext = testContext(clock, testWear());
  const open = () =>
    modbusProfile({
      ...{ id: deviceId("home/inverter"), host: "127.0.0.1", port: emulator.port, unit: 1 },
      profile: {
        ...(genericSunSpec as SunSpecProfile),
        wear: { points: ["ChaGriSet", "StorCtl_Mod"], writesPerDayMax: 4 },
      },
    }).connect(context);
  const wearing = () => written.splice(0).filter((point) => ["ChaGriSet", "StorCtl_Mod"].includes(point));
  let sequence = 0;
  const lease = (powerW: number) => ({
    batteryPowerW: watts(powerW),
    validUntilMs: epochMs(clock.now() + 60_000),
    sequence: ++sequence,
  });
  const first = await open();
  expect(await first.battery?.apply(lease(1_000))).toMatchObject({ status: "applied" });
  expect(wearing()).toEqual(["StorCtl_Mod"]);
  expect(await first.battery?.apply(lease(1_500))).toMatchObject({ status: "applied" });
  expect(wearing()).toEqual([]);
  await first.battery?.release();
  expect(wearing()).toEqual(["StorCtl_Mod"]);
  await first.close();
  const second = await open();
  // To charge takes two writes, and two more to end it: with those of before, more than the day allows.
  expect(await second.battery?.apply(lease(-1_000))).toMatchObject({
    status: "refused",
    code: "write-budget",
  });
  expect(await second.battery?.apply(lease(1_000))).toMatchObject({ status: "applied" });
  expect(wearing()).toEqual(["StorCtl_Mod"]);
  await second.close();
  await emulator.close();
});

test("a point that no written model has is a fault of the profile, by its place", () => {
  const profile: SunSpecProfile = {
    ...(genericSunSpec as SunSpecProfile),
    wear: { points: ["ChaGriSet", "Chagriset"], writesPerDayMax: 4 },
  };
  expect(() => checkProfile(profile)).toThrow(
    'generic-sunspec: /wear/points/1: no model that is written has "Chagriset"',
  );
});
