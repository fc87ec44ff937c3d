import { deviceId, epochMs, simulatedClock } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { fixtureDevice } from "../../test/fixture-device.ts";
import { testContext } from "../../test/test-context.ts";
import { testProfile, testUnits } from "../../test/test-profile.ts";
import type { RegisterMapProfile } from "./profile.ts";
import { modbusProfile } from "./profile-connector.ts";
import { planBlocks, spansOf } from "./read-blocks.ts";

const expected = { gridPowerW: 100, batteryPowerW: -100, chargePowerMaxW: 3_000, dischargePowerMaxW: 2_000 };

/** One that is only read: what a command asks for is no part of a reading then. */
const readOnly: RegisterMapProfile = { ...testProfile, battery: null };

async function openDevice(profile: RegisterMapProfile = readOnly) {
  const peer = await fixtureDevice({ profile: "", source: "", units: testUnits, expected: {} });
  const connector = modbusProfile({
    id: deviceId("home-1/battery"),
    profile,
    host: "127.0.0.1",
    port: peer.port,
  });
  const device = await connector.connect(testContext(simulatedClock(epochMs(0))));
  return {
    peer,
    read: async () => {
      const { points } = await device.read();
      return Object.fromEntries(Object.entries(points).map(([name, { value }]) => [name, value]));
    },
    /** The sizes of the reads since the last call. */
    takeSizes: () => peer.requests.splice(0).map(({ pdu }) => pdu.readUInt16BE(3)),
    [Symbol.asyncDispose]: async () => {
      await device.close();
      await peer[Symbol.asyncDispose]();
    },
  };
}

test("joins values over small gaps, cuts at the largest block, and never within a value and its scale", () => {
  const registers = {
    ...testProfile.registers,
    scaled: { table: "holding", address: 40, type: "int16", scaleRegister: "scale", unit: "W" },
    scale: { table: "holding", address: 44, type: "int16", unit: "none" },
  } as const;
  const spans = spansOf(registers, ["gridPower", "chargeMax", "setpoint", "scaled"]);
  const shape = (blockRegistersMax: number, gapRegistersMax: number): readonly (readonly number[])[] =>
    planBlocks(spans, { blockRegistersMax, gapRegistersMax }).map(({ start, count }) => [start, count]);
  expect(shape(100, 20)).toEqual([[10, 35]]);
  expect(shape(100, 5)).toEqual([
    [10, 5],
    [31, 1],
    [40, 5],
  ]);
  expect(shape(1, 20)).toEqual([
    [10, 1],
    [14, 1],
    [31, 1],
    [40, 5],
  ]);
});

test("halves its requests until a device that takes small ones only answers, and stays there", async () => {
  await using device = await openDevice();
  device.takeSizes();
  device.peer.limits.readsMax = 2;
  expect(await device.read()).toEqual(expected);
  expect(device.takeSizes()).toEqual([6, 3, 1, 1, 2]);
  expect(await device.read()).toEqual(expected);
  expect(Math.max(...device.takeSizes())).toBeLessThanOrEqual(2);
});

test("a register that is refused is missing with the reason, and costs the others nothing later", async () => {
  const { batteryPower } = testProfile.registers;
  if (batteryPower === undefined) throw new Error("the profile has changed");
  const registers = { ...testProfile.registers, batteryPower: { ...batteryPower, address: 500 } };
  const profile = { ...readOnly, wire: { ...readOnly.wire, gapRegistersMax: 124 }, registers };
  await using device = await openDevice({ ...profile, wire: { ...profile.wire, blockRegistersMax: 125 } });
  expect(await device.read()).toEqual({ ...expected, batteryPowerW: null });
  device.takeSizes();
  expect(await device.read()).toEqual({ ...expected, batteryPowerW: null });
  expect(device.takeSizes()).toEqual([6]);
});
