import { expect, test } from "vitest";
import { deviceId } from "../der/device-identity.ts";
import type { BatteryLease } from "../der/lease.ts";
import { good } from "../der/measured.ts";
import type { BatteryControl } from "../ports/device.ts";
import type { Logger } from "../ports/logger.ts";
import type { DeviceOwnership, OwnershipStore } from "../ports/store.ts";
import { durationMs, epochMs } from "../time/clock.ts";
import { type SimulatedClock, simulatedClock } from "../time/simulated-clock.ts";
import { systemClock } from "../time/system-clock.ts";
import { watts } from "../units/power.ts";
import { type LeaseKeeper, leaseKeeper } from "./lease-keeper.ts";

interface Bench {
  readonly clock: SimulatedClock;
  readonly keeper: LeaseKeeper;
  readonly battery: BatteryControl;
  readonly applied: BatteryLease[];
  readonly log: string[];
}

/** A battery that takes every lease, unless told to fail. */
function bench(
  fail: () => boolean = () => false,
  noted: () => Promise<void> = () => Promise.resolve(),
): Bench {
  const clock = simulatedClock(epochMs(1_000_000));
  const log: string[] = [];
  const applied: BatteryLease[] = [];
  const ownership: OwnershipStore = {
    async save(owned: DeviceOwnership) {
      await noted();
      log.push(`own ${owned.deviceId}`);
    },
    clear: async (id) => void log.push(`disown ${id}`),
    list: async () => [],
  };
  const battery: BatteryControl = {
    async apply(lease) {
      log.push(`apply ${lease.batteryPowerW}`);
      if (fail()) throw new Error("wire");
      applied.push(lease);
      return { status: "applied", appliedPowerW: lease.batteryPowerW };
    },
    release: async () => void log.push("release"),
  };
  const quiet = (): void => undefined;
  const logger: Logger = { debug: quiet, info: quiet, warn: quiet, error: quiet, child: () => logger };
  const keeper = leaseKeeper({
    ...{ deviceId: deviceId("b"), clock, wallClock: systemClock, ownership, logger },
    leaseLength: durationMs(60_000),
    sampling: durationMs(5_000),
    onComplaint: (complaint) => void log.push(complaint ?? "no complaint"),
  });
  return { clock, keeper, battery, applied, log };
}

test("ownership is written down before the first command and stays until the device is let go", async () => {
  const { keeper, battery, log } = bench();
  await keeper.keep(battery, null);
  expect(log).toEqual([]);
  await keeper.keep(battery, watts(500));
  await keeper.keep(battery, null);
  await keeper.keep(battery, null);
  await keeper.keep(battery, watts(300));
  expect(log).toEqual(["own b", "apply 500", "release", "apply 300"]);
  await keeper.release(battery);
  expect(log.slice(4)).toEqual(["release", "disown b"]);
});

test("a store that hangs holds up nobody: the battery is left to itself until it is noted as ours", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { keeper, battery, log } = bench(
    () => false,
    () => promise,
  );
  await keeper.keep(battery, watts(500));
  expect(log).toEqual([]);
  resolve();
  await keeper.keep(battery, watts(500));
  expect(log).toEqual(["own b", "apply 500"]);
});

test("a store that is away keeps a battery from its first command only, and is tried again", async () => {
  let down = true;
  const { keeper, battery, log } = bench(
    () => false,
    async () => {
      if (down) throw new Error("down");
    },
  );
  await expect(keeper.keep(battery, watts(500))).rejects.toThrow("down");
  down = false;
  await keeper.keep(battery, watts(500));
  down = true;
  await keeper.keep(battery, null);
  await keeper.keep(battery, watts(400));
  expect(log).toEqual(["own b", "apply 500", "release", "apply 400"]);
});

test("a lease is renewed when half of it has passed or the setpoint moves, with a rising sequence", async () => {
  const { clock, keeper, battery, applied } = bench();
  await keeper.keep(battery, watts(500));
  clock.advanceTo(epochMs(1_029_000));
  await keeper.keep(battery, watts(505));
  expect(applied).toHaveLength(1);
  clock.advanceTo(epochMs(1_030_000));
  await keeper.keep(battery, watts(505));
  await keeper.keep(battery, watts(600));
  expect(applied.map((lease) => [lease.batteryPowerW, lease.validUntilMs])).toEqual([
    [500, 1_060_000],
    [505, 1_090_000],
    [600, 1_090_000],
  ]);
  const sequences = applied.map((lease) => lease.sequence);
  expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
  expect(new Set(sequences).size).toBe(3);
});

test("a command that failed is tried again in the next cycle, and the device stays owned", async () => {
  let broken = true;
  const { keeper, battery, log, applied } = bench(() => broken);
  await expect(keeper.keep(battery, watts(500))).rejects.toThrow("wire");
  broken = false;
  await keeper.keep(battery, watts(500));
  expect(applied).toHaveLength(1);
  expect(log).toEqual(["own b", "apply 500", "apply 500"]);
});

test("a battery that goes on after its lease is told again to stop, and reported once", async () => {
  const { clock, keeper, battery, log } = bench();
  const runsOn = (seconds: number): void => {
    clock.advanceTo(epochMs(1_000_000 + 1_000 * seconds));
    const now = clock.now();
    keeper.observe({ batteryPowerW: good(watts(3_000), now) }, good(watts(-2_500), now));
  };
  await keeper.keep(battery, watts(3_000));
  await keeper.keep(battery, null);
  expect(log.splice(0)).toEqual(["own b", "apply 3000", "release"]);
  for (const second of [5, 31, 36, 70, 75]) {
    runsOn(second);
    await keeper.keep(battery, null);
  }
  expect(log.splice(0)).toEqual(["still-running", "release", "release"]);
  clock.advanceTo(epochMs(1_110_000));
  keeper.observe({ batteryPowerW: good(watts(500), clock.now()) }, good(watts(0), clock.now()));
  expect(log).toEqual(["no complaint"]);
});
