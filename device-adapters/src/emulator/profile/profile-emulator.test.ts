import {
  type Device,
  deviceId,
  durationMs,
  epochMs,
  type PointName,
  type SimulatedClock,
  simulatedClock,
  systemClock,
  wattHours,
  watts,
} from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { hurried } from "../../../test/check-fixture.ts";
import { REGISTER_MAPS, registerMap } from "../../../test/register-maps.ts";
import { testContext } from "../../../test/test-context.ts";
import { Pace } from "../../discover/pace.ts";
import { matches } from "../../discover/profile-match.ts";
import { UnitProbe } from "../../discover/unit-probe.ts";
import type { RegisterMapProfile } from "../../profile-device/profile.ts";
import { modbusProfile } from "../../profile-device/profile-connector.ts";
import { BenchPlant } from "../bench-plant.ts";
import { modbusFaultOf } from "../faults/fitting-faults.ts";
import { standingFaults } from "../faults/standing-faults.ts";
import { pointValuesOf } from "./point-values.ts";
import { startProfileEmulator } from "./profile-emulator.ts";

const SIX = epochMs(Date.UTC(2026, 5, 21, 6));
const RATINGS = {
  pvPeakW: watts(6_000),
  inverterPowerMaxW: watts(8_000),
  batteryCapacityWh: wattHours(20_000),
  chargePowerMaxW: watts(2_500),
  dischargePowerMaxW: watts(4_000),
};
/** At nine the sun gives 4243 W: the battery charges as fast as it may, the rest goes to the grid. */
const OWN_POWER_W = -2_500;

/** When a command of 90 s ends that nobody is left to end, in seconds; `null` is never. */
const ENDS_AFTER_S: Readonly<Record<string, number | null>> = {
  "goodwe-et": null,
  "growatt-vpp": 120,
  "huawei-sun2000": 120,
  "kostal-plenticore": 60,
  "sma-hybrid": 60,
  "solaredge-storedge": 90,
  "sungrow-sh": null,
  "victron-gx": 60,
};

const COMMANDED = REGISTER_MAPS.filter(({ battery }) => battery !== null);
const named = (profiles: readonly RegisterMapProfile[]) =>
  profiles.map((profile) => [profile.name, profile] as const);

interface Bench {
  readonly port: number;
  readonly clock: SimulatedClock;
  readonly plant: BenchPlant;
  connect(): Promise<Device>;
  /** Moves time on, and tells what the battery does then. */
  batteryPowerAfter(seconds: number): number;
  eepromWrites(): Readonly<Record<string, number>>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A profile's device at nine in the morning, with its habits at a pace that a test can wait for. */
async function bench(profile: RegisterMapProfile, ...faults: readonly string[]): Promise<Bench> {
  const clock = simulatedClock(SIX);
  const plant = new BenchPlant({ startMs: SIX, ratings: RATINGS, storedEnergyWh: wattHours(5_000) });
  const brisk = hurried(profile);
  const standing = standingFaults(
    faults.map((text) => modbusFaultOf(profile, text)),
    clock,
    brisk.wire,
  );
  const identity = { manufacturer: profile.vendor, model: "Bench", serialNumber: "B-1", firmware: "1.0" };
  const at = { host: "127.0.0.1", port: 0 };
  const emulator = await startProfileEmulator({ ...at, clock, profile: brisk, plant, identity, ...standing });
  const devices: Device[] = [];
  const settleAfter = (seconds: number): void => {
    clock.advanceTo(epochMs(clock.now() + durationMs(1_000 * seconds)));
    emulator.settle();
  };
  settleAfter(3 * 3_600);
  return {
    port: emulator.port,
    clock,
    plant,
    connect: async () => {
      const { batteryCapacityWh, chargePowerMaxW, dischargePowerMaxW } = RATINGS;
      const configured = { batteryCapacityWh, chargePowerMaxW, dischargePowerMaxW, firmware: "1.0" };
      const where = { id: deviceId("bench"), host: "127.0.0.1", port: emulator.port, backOffBaseMs: 20 };
      const device = await modbusProfile({ ...where, ...configured, profile: brisk }).connect(
        testContext(clock),
      );
      devices.push(device);
      return device;
    },
    batteryPowerAfter: (seconds) => {
      settleAfter(seconds);
      return plant.state().batteryPowerW;
    },
    eepromWrites: emulator.eepromWrites,
    [Symbol.asyncDispose]: async () => {
      for (const device of devices) await device.close();
      await emulator.close();
    },
  };
}

function lease(clock: SimulatedClock, powerW: number, sequence: number) {
  return { batteryPowerW: watts(powerW), validUntilMs: epochMs(clock.now() + 90_000), sequence };
}

/** How far a point may be off: half a step of each register that carries a part of it, and of a reading. */
function roundingMax({ registers, points }: RegisterMapProfile, name: PointName): number {
  const { add = [], subtract = [], percent } = points[name] ?? {};
  const steps = [...add.slice(0, 2), ...subtract].map((part) => {
    const { unit, scale = 1 } = registers[part] ?? { unit: "W" };
    return unit.startsWith("k") ? 1_000 * scale : scale;
  });
  const share = percent === undefined ? 0 : (registers[percent.register]?.scale ?? 1) / 100;
  const sum = steps.reduce((total, step) => total + step, 0) + share * RATINGS.batteryCapacityWh;
  return (sum + 1) / 2;
}

test.for(named(REGISTER_MAPS))("%s: the driver reads what the plant does", async ([, profile]) => {
  await using home = await bench(profile);
  const { points } = await (await home.connect()).read();
  const truth = pointValuesOf(home.plant);
  expect(truth.gridPowerW).toBeLessThan(-1_000);
  expect(truth.gridExportWh).toBeGreaterThan(500);
  const names = Object.keys(points) as PointName[];
  expect(names).toEqual(Object.keys(profile.points));
  for (const name of names) {
    expect(points[name]).toMatchObject({ quality: "good" });
    expect(Math.abs((points[name]?.value ?? 0) - truth[name]), name).toBeLessThanOrEqual(
      roundingMax(profile, name),
    );
  }
});

test.for(named(REGISTER_MAPS.filter(({ probe }) => probe !== undefined)))(
  "%s: discovery knows it for what it is",
  async ([, profile]) => {
    await using home = await bench(profile);
    const pace = new Pace(systemClock, 0, new AbortController().signal);
    const transport = { kind: "tcp", host: "127.0.0.1", port: home.port } as const;
    const wire = { transport, pace, wallClock: systemClock, timeoutMs: 3_000, settleMs: 0 };
    const probe = new UnitProbe(wire, profile.wire.unit);
    expect(await matches(probe, profile)).toBe(true);
    probe.close();
  },
);

test.for(named(COMMANDED))("%s: commands move the plant, and neutral lets it go", async ([, profile]) => {
  await using home = await bench(profile);
  const { battery } = await home.connect();
  for (const [index, powerW] of [-1_999, 1_600, 0, -800].entries()) {
    const receipt = await battery?.apply(lease(home.clock, powerW, index + 1));
    expect(receipt).toMatchObject({ status: "applied" });
    const appliedPowerW = receipt?.status === "applied" ? receipt.appliedPowerW : 0;
    expect(Math.abs(appliedPowerW - powerW)).toBeLessThanOrEqual(40);
    if (powerW !== 0) expect(home.plant.state().batteryPowerW).toBe(appliedPowerW);
  }
  await battery?.release();
  // Where neutral is a setpoint of zero, that is held until the device falls back.
  expect([OWN_POWER_W, 0]).toContain(home.plant.state().batteryPowerW);
  expect(home.batteryPowerAfter(61)).toBe(OWN_POWER_W);
});

test.for(named(COMMANDED))(
  "%s: a command of a client that is gone ends as it should",
  async ([, profile]) => {
    await using home = await bench(profile);
    const device = await home.connect();
    await device.battery?.apply(lease(home.clock, 1_600, 1));
    // Neither a word to the device nor an end that anybody keeps, as after a kill.
    await device.close();
    const endsAfterS = ENDS_AFTER_S[profile.name];
    if (endsAfterS === undefined) throw new Error(`no end is stated for ${profile.name}`);
    expect(home.batteryPowerAfter((endsAfterS ?? 3_600) - 1)).toBe(1_600);
    expect(home.batteryPowerAfter(2)).toBe(endsAfterS === null ? 1_600 : OWN_POWER_W);
    const next = await home.connect();
    await next.battery?.release();
    expect(home.batteryPowerAfter(61)).toBe(OWN_POWER_W);
  },
);

test.for(named(COMMANDED.filter(({ battery }) => battery?.nativeTimer.kind !== "none")))(
  "%s: a stuck timer holds the command, and the next start ends it",
  async ([, profile]) => {
    await using home = await bench(profile, "stuck-timer");
    const device = await home.connect();
    await device.battery?.apply(lease(home.clock, 1_600, 1));
    await device.close();
    expect(home.batteryPowerAfter(3_600)).toBe(1_600);
    await (await home.connect()).battery?.release();
    expect([OWN_POWER_W, 0]).toContain(home.plant.state().batteryPowerW);
  },
);

test("writes of registers that wear out are counted, and fail when the memory is worn out", async () => {
  await using home = await bench(registerMap("growatt-vpp"), "eeprom:1");
  const { battery } = await home.connect();
  expect(home.eepromWrites()).toEqual({ authority: 0 });
  await battery?.apply(lease(home.clock, 1_600, 1));
  await battery?.apply(lease(home.clock, -1_600, 2));
  expect(home.eepromWrites()).toEqual({ authority: 1 });
  // Neutral writes the register a second time.
  await expect(battery?.release()).rejects.toMatchObject({ details: { exceptionCode: 4 } });
});

test("at night the strings say that they are not there, and the battery goes on", async () => {
  await using home = await bench(registerMap("goodwe-et"), "night");
  const { points } = await (await home.connect()).read();
  expect(points.pvPowerW).toMatchObject({ value: null, quality: "unavailable" });
  expect(points.batteryPowerW?.value).toBe(OWN_POWER_W);
});

test("scale registers that move leave the values as they are", async () => {
  await using home = await bench(registerMap("solaredge-storedge"), "moving-scale:0");
  const { points } = await (await home.connect()).read();
  expect(points.gridPowerW?.value).toBe(home.plant.state().gridPowerW);
  expect(points.gridExportWh?.value).toBe(home.plant.state().gridExportWh);
});
