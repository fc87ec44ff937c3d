import {
  type BatteryLease,
  type Device,
  durationMs,
  epochMs,
  type LeaseReceipt,
  watts,
} from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import type { WireValues } from "../../src/sunspec/model-values.ts";
import { put } from "../register-device.ts";
import { common, points, type QuirkDevice, quirkDevice, type WriteQuirk } from "./quirk-device.ts";

const STORAGE: WireValues = {
  WChaMax: 5_000,
  WChaMax_SF: 0,
  InOutWRte_SF: -2,
  OutWRte: 10_000,
  InWRte: 10_000,
  // What a GEN24 comes with: an hour.
  InOutWRte_RvrtTms: 3_600,
  StorCtl_Mod: 0,
  ChaGriSet: 0,
  ChaSt: 6,
};

/** A hybrid with model 124, and its nameplate. */
function hybrid(storage: WireValues = {}, write?: WriteQuirk, maker = "Maker"): Promise<QuirkDevice> {
  const nameplate = points({ MaxDisChaRte: 4_000, MaxDisChaRte_SF: 0, WRtg: 8_000, WRtg_SF: 0 });
  const models = [common("H", maker), [120, nameplate], [124, points({ ...STORAGE, ...storage })]] as const;
  return quirkDevice(models, write === undefined ? {} : { write });
}

let sequence = 0;
function leaseFor(quirk: QuirkDevice, powerW: number, seconds = 60): BatteryLease {
  sequence += 1;
  const validUntilMs = epochMs(quirk.clock.now() + durationMs(seconds * 1_000));
  return { batteryPowerW: watts(powerW), validUntilMs, sequence };
}

async function command(
  quirk: QuirkDevice,
  powerW: number,
  device?: Device,
): Promise<LeaseReceipt | undefined> {
  return (device ?? (await quirk.open())).battery?.apply(leaseFor(quirk, powerW));
}

const signed = (raw: number): number => (raw > 0x7fff ? raw - 0x1_0000 : raw);

test("2.2 write scaling: all that it can charge is −10000 with SF −2, not −100", async () => {
  await using quirk = await hybrid({ WChaMax: 4_000 });
  expect(await command(quirk, -4_000)).toEqual({ status: "applied", appliedPowerW: -4_000 });
  const rates = quirk.writesTo(124).find(([offset]) => offset === 12)?.[1];
  expect(rates?.map(signed)).toEqual([-10_000, 10_000]);
});

test("2.2 force charge: timer first, the rates, the grid, the mode last", async () => {
  await using quirk = await hybrid();
  await command(quirk, -1_000);
  expect(quirk.writesTo(124).map(([offset, values]) => [offset, ...values.map(signed)])).toEqual([
    [15, 60],
    [12, -2_500, 2_000],
    [17, 1],
    [5, 3],
  ]);
});

test("2.2 force discharge pushes the charge rate over zero; each end is a percentage of its own base", async () => {
  await using quirk = await hybrid();
  expect(await command(quirk, 2_000)).toEqual({ status: "applied", appliedPowerW: 2_000 });
  expect(quirk.writesTo(124).map(([offset, values]) => [offset, ...values.map(signed)])).toEqual([
    [15, 60],
    [12, 5_000, -4_000],
    [5, 3],
  ]);
});

test("2.2 the hour that a GEN24 comes with is replaced by the lease's own time", async () => {
  await using quirk = await hybrid({ InOutWRte_RvrtTms: 3_600 });
  await command(quirk, 500);
  expect(quirk.server.registers.get(quirk.addressOf(124) + 15)).toBe(60);
});

test("2.2 a timer of 0 never reverts: it is never written, and one that stays 0 is refused", async () => {
  await using quirk = await hybrid({}, (address, values) => {
    if (values.length !== 1 || address !== 40_113) return false;
    put(quirk.server.registers, address, 0);
    return null;
  });
  expect(quirk.addressOf(124) + 15).toBe(40_113);
  expect(await command(quirk, 500)).toMatchObject({ status: "refused", code: "not-confirmed" });
  expect(quirk.writesTo(124).filter(([offset]) => offset === 15)).toEqual([[15, [60]]]);
  expect(quirk.writesTo(124).at(-2)).toEqual([5, [0]]);
});

test("2.2 without a reversion timer nothing is commanded", async () => {
  await using quirk = await hybrid({ InOutWRte_RvrtTms: 0xffff });
  expect(await command(quirk, 500)).toMatchObject({ status: "refused", code: "not-confirmed" });
  expect(quirk.writes).toEqual([]);
});

test("2.2 the base of OutWRte is 120.MaxDisChaRte, then 702.WDisChaRteMax, then 124.WChaMax", async () => {
  const storage = [124, points(STORAGE)] as const;
  const capacity = [702, points({ WDisChaRteMax: 200, W_SF: 1 })] as const;
  const outRates: (number | undefined)[] = [];
  for (const models of [
    [[120, points({ MaxDisChaRte: 4_000, MaxDisChaRte_SF: 0 })] as const, capacity, storage],
    [capacity, storage],
    [storage],
  ]) {
    await using quirk = await quirkDevice([common(), ...models]);
    await command(quirk, 1_000);
    outRates.push(quirk.writesTo(124).find(([offset]) => offset === 12)?.[1][0]);
  }
  expect(outRates).toEqual([2_500, 5_000, 2_000]);
});

test("2.2 a Fronius is given multiples of 10 W", async () => {
  await using fronius = await hybrid({}, undefined, "Fronius");
  expect(await command(fronius, 1_237)).toEqual({ status: "applied", appliedPowerW: 1_230 });
  expect(await command(fronius, -1_237)).toEqual({ status: "applied", appliedPowerW: -1_230 });
  await using other = await hybrid();
  expect(await command(other, 1_237)).toEqual({ status: "applied", appliedPowerW: 1_237 });
});

test("2.2 accepted and not obeyed: ChaSt that still says the opposite is told, and the command taken back", async () => {
  await using quirk = await hybrid({ ChaSt: 3 });
  const device = await quirk.open();
  expect(await command(quirk, -1_000, device)).toMatchObject({ status: "applied" });
  quirk.clock.advanceTo(epochMs(quirk.clock.now() + durationMs(9_000)));
  expect(await command(quirk, -1_000, device)).toMatchObject({ status: "applied" });
  quirk.clock.advanceTo(epochMs(quirk.clock.now() + durationMs(1_000)));
  expect(await command(quirk, -1_000, device)).toEqual({
    status: "refused",
    code: "not-confirmed",
    message: "told to charge, the device took it, and ChaSt still reads 3",
  });
  expect(quirk.server.registers.get(quirk.addressOf(124) + 5)).toBe(0);
});

test("2.2 a device that is charging as told is not doubted", async () => {
  await using quirk = await hybrid({ ChaSt: 4 });
  const device = await quirk.open();
  for (const _ of [1, 2]) {
    expect(await command(quirk, -1_000, device)).toMatchObject({ status: "applied" });
    quirk.clock.advanceTo(epochMs(quirk.clock.now() + durationMs(20_000)));
  }
});

test.for([2, 3] as const)(
  "2.2 a write that is answered with exception %i is a refusal",
  async (exception) => {
    await using quirk = await hybrid({}, () => exception);
    expect(await command(quirk, 500)).toMatchObject({ status: "refused", code: "not-confirmed" });
  },
);

test("2.2 a register that keeps its old value is found by reading back", async () => {
  await using quirk = await hybrid({}, (_address, values) => (values.length === 2 ? null : false));
  expect(await command(quirk, 500)).toMatchObject({
    status: "refused",
    code: "not-confirmed",
    message: "OutWRte+0 was written as 1250 and reads 10000",
  });
});

test("2.2 a release ends the mode first, opens the rates and gives the grid setting back", async () => {
  await using quirk = await hybrid();
  const device = await quirk.open();
  await command(quirk, -1_000, device);
  quirk.writes.length = 0;
  await device.battery?.release();
  expect(quirk.writesTo(124)).toEqual([
    [5, [0]],
    [12, [10_000, 10_000]],
    [17, [0]],
  ]);
});

const BANK: WireValues = {
  AChaMax: 100,
  ADisChaMax: 55,
  AMax_SF: -1,
  V: 400,
  V_SF: 0,
  SoC: 50,
  SoC_SF: 0,
  LocRemCtl: 0,
};

function withBank(bank: WireValues): Promise<QuirkDevice> {
  const nameplate = points({ MaxDisChaRte: 5_000, MaxDisChaRte_SF: 0 });
  return quirkDevice([
    common(),
    [120, nameplate],
    [124, points(STORAGE)],
    [802, points({ ...BANK, ...bank })],
  ]);
}

test("2.4 802: what the battery management allows now, amperes times volts, clamps what is commanded", async () => {
  await using quirk = await withBank({});
  const device = await quirk.open();
  expect(await command(quirk, -5_000, device)).toEqual({ status: "applied", appliedPowerW: -4_000 });
  expect(await command(quirk, 5_000, device)).toEqual({ status: "applied", appliedPowerW: 2_200 });
  expect((await device.read()).points).toMatchObject({
    chargePowerMaxW: { value: 4_000, quality: "good" },
    dischargePowerMaxW: { value: 2_200, quality: "good" },
  });
  put(quirk.server.registers, quirk.addressOf(802) + 46, 10);
  expect(await command(quirk, 5_000, device)).toEqual({ status: "applied", appliedPowerW: 400 });
});

test("2.4 802: at its reserve it is not discharged, at its ceiling not charged", async () => {
  await using low = await withBank({ SoC: 20, SoCRsvMin: 20, SoCMin: 5 });
  expect(await command(low, 3_000)).toEqual({ status: "applied", appliedPowerW: 0 });
  expect(await command(low, -3_000)).toEqual({ status: "applied", appliedPowerW: -3_000 });
  await using high = await withBank({ SoC: 90, SoCMax: 95, SocRsvMax: 90 });
  expect(await command(high, -3_000)).toEqual({ status: "applied", appliedPowerW: 0 });
});

test("2.4 802: without current limits the ratings hold; in local control nothing is commanded", async () => {
  await using silent = await withBank({ AChaMax: 0xffff, ADisChaMax: 0xffff });
  expect(await command(silent, -5_000)).toEqual({ status: "applied", appliedPowerW: -5_000 });
  await using local = await withBank({ LocRemCtl: 1 });
  expect(await command(local, 500)).toMatchObject({ status: "refused", code: "local-control" });
  expect(local.writes).toEqual([]);
});
