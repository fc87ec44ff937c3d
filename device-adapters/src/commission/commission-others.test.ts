import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deviceId, wattHours } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { commissionOptions, fastClock, isLeftToItself } from "../../test/commissioning-home.ts";
import { DistortedPlant, type Distortions } from "../../test/distorted-plant.ts";
import { RATINGS } from "../../test/emulated-home.ts";
import { type FixtureDevice, fixtureDevice, type RegisterFixture } from "../../test/fixture-device.ts";
import { rejection, testContext } from "../../test/test-context.ts";
import { testProfile, testUnits } from "../../test/test-profile.ts";
import { BenchPlant } from "../emulator/bench-plant.ts";
import { startOpcuaEmulator } from "../emulator/opcua-emulator.ts";
import { provisionTrust } from "../opcua/application-certificate.ts";
import { opcua } from "../opcua/opcua-connector.ts";
import type { RegisterMapProfile } from "../profile-device/profile.ts";
import { modbusProfile } from "../profile-device/profile-connector.ts";
import { commission } from "./commission.ts";
import type { HomeDevices } from "./home-devices.ts";

/** A battery of the test profile that says how full it is. */
const PROFILE: RegisterMapProfile = {
  ...testProfile,
  registers: {
    ...testProfile.registers,
    stateOfCharge: { table: "holding", address: 16, type: "uint16", unit: "percent" },
  },
  points: {
    ...testProfile.points,
    batteryCapacityWh: { configured: "batteryCapacityWh" },
    storedEnergyWh: { percent: { register: "stateOfCharge", of: "batteryCapacityWh" } },
  },
  ...(testProfile.battery === null ? {} : { battery: { ...testProfile.battery, eepromWritesPerDayMax: 20 } }),
};
const FIXTURE: RegisterFixture = {
  profile: PROFILE.name,
  source: "made for tests",
  units: { "1": { holding: { ...testUnits["1"]?.holding, "16": ["0x0032"] } } },
  expected: {},
};

/** Serves the battery so that it obeys: its power follows the setpoint, and the grid gives the rest of 400 W. */
async function obedientBattery(batterySign: 1 | -1 = 1): Promise<FixtureDevice> {
  const device = await fixtureDevice(FIXTURE);
  const { words } = device;
  const word = Map.prototype.get.bind(words) as typeof words.get;
  const powerW = (): number => {
    const setpoint = word("1/holding/31") ?? 0;
    return (word("1/holding/30") ?? 0) === 0 ? 100 : setpoint - (setpoint > 0x7fff ? 0x1_0000 : 0);
  };
  words.get = (key) => {
    if (key === "1/holding/12") return (batterySign * powerW()) & 0xffff;
    return key === "1/holding/10" ? (400 - powerW()) & 0xffff : word(key);
  };
  return device;
}

function batteryAt({ port }: FixtureDevice, more: { readonly batteryCapacityWh?: number } = {}): HomeDevices {
  const id = deviceId("home/battery");
  return { device: modbusProfile({ id, profile: PROFILE, host: "127.0.0.1", port, ...more }), beside: [] };
}

test.for([
  [1, ["right", "not measured", "right"]],
  [-1, ["reversed", "not measured", "right"]],
] as const)("a device with registers of its own, battery sign %i", async ([sign, expected]) => {
  await using device = await obedientBattery(sign);
  const home = batteryAt(device, { batteryCapacityWh: 10_000 });
  const report = await commission(home, commissionOptions(testContext(fastClock())));
  expect(report.verdicts.map(({ verdict }) => verdict)).toEqual(expected);
  expect(report).toMatchObject({ statePercent: 50, isNeutral: true, stopped: null });
  expect(device.takeWrites().slice(-2)).toEqual(["0106001f0000", "0106001e0000"]);
});

test("a battery of which nobody knows how full it is, or in local control, is not stepped", async () => {
  await using device = await obedientBattery();
  const context = testContext(fastClock());
  const refused = await rejection(commission(batteryAt(device), commissionOptions(context)));
  expect(refused.code).toBe("COMMISSION_CHARGE_UNKNOWN");
  expect(refused.message).toContain("set batteryCapacityWh");
  expect(device.takeWrites()).toEqual([]);
  device.words.set("1/holding/20", 0);
  const known = batteryAt(device, { batteryCapacityWh: 10_000 });
  const local = await rejection(commission(known, commissionOptions(context)));
  expect(local.code).toBe("COMMISSION_LIMIT_TOO_LOW");
  expect(local.message).toContain("remote control is switched off");
  expect(device.takeWrites()).toEqual([]);
});

test.for([
  [{}, ["right", "right", "right"]],
  [{ meter: (powerW: number) => -powerW }, ["right", "right", "reversed"]],
] as const satisfies readonly (readonly [Distortions, readonly string[]])[])(
  "a home behind OPC UA is judged by the same step: %j",
  async ([distortions, expected]) => {
    const folder = await mkdtemp(join(tmpdir(), "commonwatt-commission-"));
    const clock = fastClock();
    const plant = new BenchPlant({
      startMs: clock.now(),
      ratings: RATINGS,
      storedEnergyWh: wattHours(5_000),
    });
    const shown = new DistortedPlant(plant, "meter", distortions);
    const trust = { clientPkiDirectory: join(folder, "client"), serverPkiDirectory: join(folder, "server") };
    const { serverCertificateFile } = await provisionTrust(trust);
    const identity = { manufacturer: "Bench", model: "Gateway", serialNumber: "G-1", firmware: "1" };
    const emulator = await startOpcuaEmulator({
      port: 0,
      clock,
      pkiDirectory: trust.serverPkiDirectory,
      homes: [{ name: "home-1", plant: shown, identity }],
    });
    try {
      const device = opcua({
        id: "home-1/gateway",
        endpointUrl: emulator.endpointUrl,
        home: "home-1",
        pkiDirectory: trust.clientPkiDirectory,
        serverCertificateFile,
        publishingIntervalMs: 20,
      });
      const context = testContext(clock);
      const report = await commission({ device, beside: [] }, commissionOptions(context));
      expect(report.stopped).toBe(null);
      expect(report.verdicts.map(({ verdict }) => verdict)).toEqual(expected);
      expect(report.isNeutral).toBe(true);
      plant.advanceTo(clock.now());
      expect(isLeftToItself(plant)).toBe(true);
    } finally {
      await emulator.close();
      await rm(folder, { recursive: true });
    }
  },
);
