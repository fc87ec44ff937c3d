import { type Device, durationMs, epochMs, type LeaseReceipt, watts } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import type { WireValues } from "../../src/sunspec/model-values.ts";
import { type EmulatedHome, emulatedHome, MIDNIGHT, RATINGS } from "../emulated-home.ts";
import { put } from "../register-device.ts";
import { common, points, type QuirkDevice, quirkDevice } from "./quirk-device.ts";

const SELF_CONSUMPTION_W = 500;

const CONTROLS: WireValues = {
  WSet: 0,
  WSet_SF: 0,
  WSetMod: 0,
  WSetEna: 0,
  WSetEnaRvrt: 1,
  WSetRvrtTms: 3_600,
  WSetRvrtRem: 0,
};

const REM = 33;

/** A battery by models 701, 702, 704, 713 and 715; its timer starts as told, unless `rem` says otherwise. */
async function battery(
  rem: (armedS: number) => number | null,
  control: WireValues = {},
  controls: WireValues = {},
): Promise<QuirkDevice> {
  const models = [
    common("DER"),
    [701, points({ W: -120, W_SF: 1 })],
    [702, points({ WMaxRtg: 80, WChaRteMax: 50, WDisChaRteMax: 40, W_SF: 2 })],
    [704, points({ ...CONTROLS, ...controls })],
    [713, points({ WHRtg: 100, WHAvail: 45, SoC: 5_000, WH_SF: 2, Pct_SF: -2 })],
    [715, points({ LocRemCtl: 0, DERHb: 1, ControllerHb: 0, ...control })],
  ] as const;
  const quirk: QuirkDevice = await quirkDevice(models, {
    write: (address, values) => {
      const left = address === quirk.addressOf(704) + 30 ? rem(values.at(-1) ?? 0) : null;
      if (left !== null) put(quirk.server.registers, quirk.addressOf(704) + REM, 0, left);
      return false;
    },
  });
  return quirk;
}

let sequence = 0;
async function command(
  quirk: QuirkDevice,
  device: Device,
  powerW: number,
  s = 60,
): Promise<LeaseReceipt | undefined> {
  sequence += 1;
  const validUntilMs = epochMs(quirk.clock.now() + durationMs(s * 1_000));
  return device.battery?.apply({ batteryPowerW: watts(powerW), validUntilMs, sequence });
}

test("2.3 models 701, 702 and 713 are the source of points where 10x, 12x and 124 are not there", async () => {
  await using quirk = await battery((armed) => armed);
  const device = await quirk.open();
  expect([...device.capabilities]).toEqual(["battery"]);
  const { points: read } = await device.read();
  expect(Object.entries(read).map(([name, each]) => [name, each?.value])).toEqual([
    ["inverterPowerW", -1_200],
    ["inverterPowerMaxW", 8_000],
    ["batteryPowerW", -1_200],
    ["storedEnergyWh", 4_500],
    ["batteryCapacityWh", 10_000],
    ["chargePowerMaxW", 5_000],
    ["dischargePowerMaxW", 4_000],
  ]);
});

test("2.3 WSet in watts: timer and what follows it first, then the power, the enable point last; minus charges", async () => {
  await using quirk = await battery((armed) => armed);
  const device = await quirk.open();
  expect(await command(quirk, device, -2_345)).toEqual({ status: "applied", appliedPowerW: -2_345 });
  expect(quirk.writesTo(704)).toEqual([
    [30, [0, 0, 60]],
    [23, [1, 0xffff, 0x1_0000 - 2_345]],
    [22, [1]],
  ]);
});

test("2.3 the power is clamped to the ratings of model 702", async () => {
  await using quirk = await battery((armed) => armed);
  const device = await quirk.open();
  expect(await command(quirk, device, 9_000)).toEqual({ status: "applied", appliedPowerW: 4_000 });
  expect(await command(quirk, device, -9_000)).toEqual({ status: "applied", appliedPowerW: -5_000 });
});

test("2.3 the timer is written anew at every refresh, and WSetRvrtRem has to go up again", async () => {
  let refreshes = 0;
  await using quirk = await battery((armed) => (++refreshes < 2 ? armed : 31));
  const device = await quirk.open();
  expect(await command(quirk, device, 1_000)).toMatchObject({ status: "applied" });
  expect(await command(quirk, device, 1_000)).toEqual({
    status: "refused",
    code: "not-confirmed",
    message: "the reversion timer does not run: WSetRvrtRem reads 31 of 60 s",
  });
  expect(quirk.writesTo(704).at(-1)).toEqual([22, [0]]);
});

test("2.3 a timer that never starts is no timer: refused, and the setpoint taken back", async () => {
  await using quirk = await battery(() => 0);
  const device = await quirk.open();
  expect(await command(quirk, device, 1_000)).toMatchObject({ status: "refused", code: "not-confirmed" });
  expect(quirk.server.registers.get(quirk.addressOf(704) + 22)).toBe(0);
});

test("2.3 points that the device does not implement are not written", async () => {
  await using quirk = await battery((armed) => armed, {}, { WSetMod: 0xffff });
  const device = await quirk.open();
  expect(await command(quirk, device, 1_000)).toMatchObject({ status: "applied" });
  expect(quirk.writesTo(704)[1]).toEqual([24, [0, 1_000]]);
});

test("2.3 715: in local control nothing is commanded", async () => {
  await using quirk = await battery((armed) => armed, { LocRemCtl: 1 });
  expect(await command(quirk, await quirk.open(), 500)).toMatchObject({
    status: "refused",
    code: "local-control",
  });
  expect(quirk.writes).toEqual([]);
});

test("2.3 715: our heartbeat counts up once a second while a lease runs, and ends with it", async () => {
  await using quirk = await battery((armed) => armed);
  const device = await quirk.open();
  await command(quirk, device, 500);
  const beats = () =>
    quirk
      .writesTo(715)
      .filter(([offset]) => offset === 5)
      .map(([, values]) => values);
  await expect.poll(beats, { timeout: 10_000 }).toEqual([
    [0, 1],
    [0, 2],
  ]);
  await device.battery?.release();
  const counted = beats().length;
  await device.read();
  expect(beats()).toHaveLength(counted);
});

test("2.3 715: a device whose own heartbeat stands still repeats old values: they are stale", async () => {
  await using quirk = await battery((armed) => armed);
  const device = await quirk.open();
  const qualityAfter = async (seconds: number) => {
    quirk.clock.advanceTo(epochMs(quirk.clock.now() + durationMs(seconds * 1_000)));
    return (await device.read()).points.inverterPowerW?.quality;
  };
  expect([await qualityAfter(0), await qualityAfter(9), await qualityAfter(1)]).toEqual([
    "good",
    "good",
    "stale",
  ]);
  put(quirk.server.registers, quirk.addressOf(715) + 3, 0, 2);
  expect(await qualityAfter(1)).toBe("good");
});

/** Battery and grid power as the wire says. */
async function powers(home: EmulatedHome): Promise<(number | null | undefined)[]> {
  const [inverter, meter] = [await home.inverter.read(), await home.meter.read()];
  return [inverter.points.batteryPowerW?.value, meter.points.gridPowerW?.value];
}

test("2.3 on the emulator: the setpoint holds until the lease ends, then the device is its own again", async () => {
  await using home = await emulatedHome(RATINGS, "der");
  expect(await powers(home)).toEqual([SELF_CONSUMPTION_W, 0]);
  const lease = { batteryPowerW: watts(-3_000), validUntilMs: epochMs(MIDNIGHT + 60_000), sequence: 1 };
  expect(await home.inverter.battery?.apply(lease)).toEqual({ status: "applied", appliedPowerW: -3_000 });
  expect(await powers(home)).toEqual([-3_000, 3_500]);
  home.pass(59.9);
  expect(await powers(home)).toEqual([-3_000, 3_500]);
  home.pass(0.2);
  expect(await powers(home)).toEqual([SELF_CONSUMPTION_W, 0]);
});

test("2.3 on the emulator: beside PV the setpoint at the AC side is the sun and the battery together", async () => {
  await using home = await emulatedHome(RATINGS, "der");
  home.pass(12 * 3_600);
  expect((await home.inverter.read()).points.pvPowerW).toMatchObject({ value: 6_000, quality: "good" });
  const validUntilMs = epochMs(home.clock.now() + durationMs(60_000));
  const receipt = await home.inverter.battery?.apply({
    batteryPowerW: watts(1_500),
    validUntilMs,
    sequence: 1,
  });
  expect(receipt).toEqual({ status: "applied", appliedPowerW: 1_500 });
  expect(await powers(home)).toEqual([1_500, -7_000]);
  await home.inverter.battery?.release();
  expect((await powers(home))[0]).not.toBe(1_500);
});
