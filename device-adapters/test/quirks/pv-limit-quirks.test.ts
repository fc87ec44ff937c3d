import { type Device, durationMs, epochMs, type PvLimitReceipt, watts } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import type { WireValues } from "../../src/sunspec/model-values.ts";
import { type EmulatedHome, emulatedHome, RATINGS } from "../emulated-home.ts";
import { put } from "../register-device.ts";
import { common, points, type QuirkDevice, quirkDevice } from "./quirk-device.ts";

const NOON_S = 12 * 3_600;

const CONTROLS: WireValues = {
  WMaxLimPct: 10_000,
  WMaxLimPct_SF: -2,
  WMaxLimPct_WinTms: 5,
  WMaxLimPct_RvrtTms: 0,
  WMaxLimPct_RmpTms: 5,
  WMaxLim_Ena: 0,
};

/** An inverter of 10 kW, set to 8 kW, with model 123. */
function inverter(
  controls: WireValues = {},
  settings: WireValues = { WMax: 8_000, WMax_SF: 0 },
): Promise<QuirkDevice> {
  return quirkDevice([
    common("PV"),
    [103, points({ W: 0, W_SF: 0 })],
    [120, points({ WRtg: 100, WRtg_SF: 2 })],
    [121, points(settings)],
    [123, points({ ...CONTROLS, ...controls })],
  ]);
}

let sequence = 0;
async function limit(
  { clock }: Pick<QuirkDevice, "clock">,
  device: Device,
  powerMaxW: number,
  seconds = 60,
): Promise<PvLimitReceipt | undefined> {
  sequence += 1;
  const validUntilMs = epochMs(clock.now() + durationMs(seconds * 1_000));
  return device.pvLimit?.apply({ pvPowerMaxW: watts(powerMaxW), validUntilMs, sequence });
}

test("2.1 123: limit, timers and enable point stand side by side and go in one request", async () => {
  await using quirk = await inverter();
  expect(await limit(quirk, await quirk.open(), 6_000)).toEqual({
    status: "applied",
    appliedPowerMaxW: 6_000,
  });
  expect(quirk.writesTo(123)).toEqual([[5, [7_500, 0, 60, 0, 1]]]);
});

test("2.1 123: the enable point is written again at every change", async () => {
  await using quirk = await inverter();
  const device = await quirk.open();
  await limit(quirk, device, 6_000);
  expect(await limit(quirk, device, 2_000, 30)).toEqual({ status: "applied", appliedPowerMaxW: 2_000 });
  expect(quirk.writesTo(123).at(-1)).toEqual([5, [2_500, 0, 30, 0, 1]]);
});

test("2.1 the percentage is of 121.WMax, of 120.WRtg where that is not there", async () => {
  await using quirk = await inverter({}, {});
  await limit(quirk, await quirk.open(), 6_000);
  expect(quirk.writesTo(123)[0]?.[1][0]).toBe(6_000);
});

test("2.1 0 % sends some inverters to standby: 1 % is the least, 100 % the most", async () => {
  await using quirk = await inverter();
  const device = await quirk.open();
  expect(await limit(quirk, device, 0)).toEqual({ status: "applied", appliedPowerMaxW: 80 });
  expect(await limit(quirk, device, 20_000)).toEqual({ status: "applied", appliedPowerMaxW: 8_000 });
  expect(quirk.writesTo(123).map(([, values]) => values[0])).toEqual([100, 10_000]);
});

test("2.1 the limit is rounded down to what the percentage can say", async () => {
  await using quirk = await inverter({ WMaxLimPct_SF: 0 });
  expect(await limit(quirk, await quirk.open(), 3_999)).toEqual({
    status: "applied",
    appliedPowerMaxW: 3_920,
  });
  expect(quirk.writesTo(123)[0]?.[1][0]).toBe(49);
});

test("2.1 123: points that the device does not have are left out, the enable point stays last", async () => {
  await using quirk = await inverter({ WMaxLimPct_WinTms: 0xffff, WMaxLimPct_RmpTms: 0xffff });
  expect(await limit(quirk, await quirk.open(), 4_000)).toMatchObject({ status: "applied" });
  expect(quirk.writesTo(123)).toEqual([
    [5, [5_000]],
    [7, [60]],
    [9, [1]],
  ]);
});

test("2.1 without a reversion timer there is no limit", async () => {
  await using quirk = await inverter({ WMaxLimPct_RvrtTms: 0xffff });
  expect(await limit(quirk, await quirk.open(), 4_000)).toMatchObject({
    status: "refused",
    code: "not-confirmed",
  });
  expect(quirk.writes).toEqual([]);
});

test("2.1 a limit that ended, or comes out of order, is refused", async () => {
  await using quirk = await inverter();
  const device = await quirk.open();
  expect(await limit(quirk, device, 4_000, 0)).toMatchObject({ status: "refused", code: "expired" });
  await limit(quirk, device, 4_000);
  sequence -= 1;
  expect(await limit(quirk, device, 5_000)).toMatchObject({ status: "refused", code: "out-of-order" });
});

test("2.1 704: limit and what follows it in one request, the enable point last, WMaxLimPctRvrtRem as proof", async () => {
  const controls = { WMaxLimPct: 10_000, WMaxLimPct_SF: -2, WMaxLimPctRvrt: 0, WMaxLimPctEnaRvrt: 1 };
  const timers = { WMaxLimPctRvrtTms: 0, WMaxLimPctRvrtRem: 0, WMaxLimPctEna: 0 };
  await using quirk = await quirkDevice([
    common("DER"),
    [701, points({ W: 0, W_SF: 0 })],
    [702, points({ WMax: 80, W_SF: 2 })],
    [704, points({ ...controls, ...timers })],
  ]);
  const device = await quirk.open();
  expect(await limit(quirk, device, 2_000)).toEqual({
    status: "refused",
    code: "not-confirmed",
    message: "the reversion timer does not run: WMaxLimPctRvrtRem reads 0 of 60 s",
  });
  expect(quirk.writesTo(704)).toEqual([
    [15, [2_500, 10_000, 0, 0, 60]],
    [14, [1]],
    [14, [0]],
  ]);
  put(quirk.server.registers, quirk.addressOf(704) + 20, 0, 60);
  expect(await limit(quirk, device, 2_000)).toEqual({ status: "applied", appliedPowerMaxW: 2_000 });
});

test("2.1 a meter and a battery alone have nothing to limit", async () => {
  await using quirk = await quirkDevice([common(), [203, points({ W: 0, W_SF: 0 })]]);
  expect((await quirk.open()).pvLimit).toBeNull();
});

async function pvPower(home: EmulatedHome): Promise<number | null | undefined> {
  return (await home.inverter.read()).points.pvPowerW?.value;
}

test.for(["hybrid", "der"] as const)(
  "2.1 on the emulator: a %s gives no more until the lease ends",
  async (kind) => {
    await using home = await emulatedHome(RATINGS, kind);
    home.pass(NOON_S);
    expect(await pvPower(home)).toBe(6_000);
    expect(await limit(home, home.inverter, 2_000)).toEqual({ status: "applied", appliedPowerMaxW: 2_000 });
    expect(await pvPower(home)).toBe(2_000);
    expect(await limit(home, home.inverter, 4_000)).toEqual({ status: "applied", appliedPowerMaxW: 4_000 });
    expect(await pvPower(home)).toBe(4_000);
    home.pass(59);
    expect(await pvPower(home)).toBe(4_000);
    home.pass(2);
    expect(await pvPower(home)).toBe(6_000);
    await limit(home, home.inverter, 1_000);
    await home.inverter.pvLimit?.release();
    expect(await pvPower(home)).toBe(6_000);
  },
);
