import { type BatteryLease, epochMs, type LeaseReceipt, watts } from "@commonwatt/vpp-core";
import { expect, test, vi } from "vitest";
import { type EmulatedHome, emulatedHome, MIDNIGHT, RATINGS } from "../../test/emulated-home.ts";

const SELF_CONSUMPTION_W = 500;

function lease(sequence: number, powerW: number, seconds: number): BatteryLease {
  return { batteryPowerW: watts(powerW), validUntilMs: epochMs(MIDNIGHT + seconds * 1_000), sequence };
}

async function apply(
  home: EmulatedHome,
  ...args: Parameters<typeof lease>
): Promise<LeaseReceipt | undefined> {
  return home.inverter.battery?.apply(lease(...args));
}

/** Battery and grid power as the wire says. */
async function powers(home: EmulatedHome): Promise<(number | null | undefined)[]> {
  const [inverter, meter] = [await home.inverter.read(), await home.meter.read()];
  return [inverter.points.batteryPowerW?.value, meter.points.gridPowerW?.value];
}

test.for([
  ["discharge", 3_000, -2_500],
  ["charge from the grid", -3_000, 3_500],
  ["hold", 0, 500],
] as const)(
  "%s: the battery does exactly %i W until the lease ends, then what it did before",
  async ([, powerW, gridPowerW]) => {
    await using home = await emulatedHome();
    expect(await powers(home)).toEqual([SELF_CONSUMPTION_W, 0]);
    expect(await apply(home, 1, powerW, 60)).toEqual({ status: "applied", appliedPowerW: powerW });
    expect(await powers(home)).toEqual([powerW, gridPowerW]);
    home.pass(59.9);
    expect(await powers(home)).toEqual([powerW, gridPowerW]);
    home.pass(0.2);
    expect(await powers(home)).toEqual([SELF_CONSUMPTION_W, 0]);
  },
);

test("the device returns by itself and at the right time, with nobody reading", async () => {
  await using home = await emulatedHome();
  await apply(home, 1, -3_600, 900);
  home.pass(1_800);
  expect(home.plant.state().batteryPowerW).toBe(SELF_CONSUMPTION_W);
  const { points } = await home.inverter.read();
  // 900 s at −3600 W put 900 Wh in, 900 s at 500 W took 125 Wh out.
  expect(points.storedEnergyWh?.value).toBe(5_775);
  expect((await home.meter.read()).points.gridImportWh?.value).toBe(1_025);
});

test("a refreshed lease goes on without a gap, and holds its new power to its new end", async () => {
  await using home = await emulatedHome();
  await apply(home, 1, 2_000, 60);
  home.pass(30);
  expect(await apply(home, 2, -1_000, 120)).toEqual({ status: "applied", appliedPowerW: -1_000 });
  home.pass(60);
  expect(await powers(home)).toEqual([-1_000, 1_500]);
  home.pass(31);
  expect(await powers(home)).toEqual([SELF_CONSUMPTION_W, 0]);
});

test("more than the device can is clamped, and the receipt says to what", async () => {
  await using home = await emulatedHome();
  const { dischargePowerMaxW } = RATINGS;
  expect(await apply(home, 1, 9_000, 60)).toEqual({ status: "applied", appliedPowerW: dischargePowerMaxW });
  expect(await powers(home)).toEqual([dischargePowerMaxW, SELF_CONSUMPTION_W - dischargePowerMaxW]);
});

test("refuses what comes out of order, without touching the device", async () => {
  await using home = await emulatedHome();
  await apply(home, 5, 2_000, 60);
  for (const sequence of [5, 4]) {
    expect(await apply(home, sequence, -2_000, 60)).toMatchObject({
      status: "refused",
      code: "out-of-order",
    });
  }
  expect(await powers(home)).toEqual([2_000, -1_500]);
  expect(await apply(home, 6, 1_000, 60)).toMatchObject({ status: "applied" });
});

test("refuses a lease that has ended", async () => {
  await using home = await emulatedHome();
  home.pass(60);
  expect(await apply(home, 1, 2_000, 60)).toMatchObject({ status: "refused", code: "expired" });
  expect(await apply(home, 1, 2_000, 30)).toMatchObject({ status: "refused", code: "expired" });
  expect(await powers(home)).toEqual([SELF_CONSUMPTION_W, 0]);
});

test("refuses a lease that ends while its requests wait, before its mode is written", async () => {
  await using home = await emulatedHome();
  const advance = home.plant.advanceTo.bind(home.plant);
  // While the first request of the command is answered, the home's time jumps past the lease's end.
  const onFirstRequest = vi.spyOn(home.plant, "advanceTo").mockImplementationOnce((now) => {
    advance(now);
    home.pass(61);
  });
  const receipt = await apply(home, 1, 2_000, 60);
  expect(onFirstRequest).toHaveBeenCalled();
  expect(receipt).toEqual({
    status: "refused",
    code: "expired",
    message: expect.stringContaining("while its requests waited"),
  });
  expect(await powers(home)).toEqual([SELF_CONSUMPTION_W, 0]);
  expect(await apply(home, 1, 1_000, 120)).toMatchObject({ status: "applied" });
});

test("commands given at once are carried out one after the other", async () => {
  await using home = await emulatedHome();
  const receipts = await Promise.all([
    apply(home, 1, 1_000, 60),
    apply(home, 3, 3_000, 60),
    apply(home, 2, 2_000, 60),
  ]);
  expect(receipts).toMatchObject([
    { status: "applied", appliedPowerW: 1_000 },
    { status: "applied", appliedPowerW: 3_000 },
    { status: "refused", code: "out-of-order" },
  ]);
  expect(await powers(home)).toEqual([3_000, -2_500]);
});

test("a release returns the battery to its own mode at once, also twice", async () => {
  await using home = await emulatedHome();
  await apply(home, 1, -2_000, 900);
  await home.inverter.battery?.release();
  expect(await powers(home)).toEqual([SELF_CONSUMPTION_W, 0]);
  await home.inverter.battery?.release();
  expect(await apply(home, 2, 1_500, 60)).toMatchObject({ status: "applied" });
  expect(await powers(home)).toEqual([1_500, -1_000]);
});
