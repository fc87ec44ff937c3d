import { epochMs } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { resultOf } from "./faults-result.ts";
import { faultsTest } from "./faults-test.ts";
import { RestlessPlant } from "./restless-plant.ts";
import { stepAfterOutage, Tally } from "./tally.ts";
import { TrackedCalls } from "./tracked-calls.ts";

test("a few faults of each kind of device leave nothing hung, open, late or wrong", async () => {
  const result = await faultsTest({ faults: 9, seed: 7, onProgress: () => undefined });
  expect(result).toMatchObject({
    modbusFaults: 8,
    opcuaFaults: 1,
    permanentHangs: 0,
    unsettledPromises: 0,
    lateCommandsApplied: 0,
    wrongReadings: 0,
    goodValuesUnchecked: 0,
    examples: [],
  });
  expect(result.goodValuesChecked).toBeGreaterThan(0);
  expect(Object.values(result.injected).reduce((sum, count) => sum + count, 0)).toBe(9);
}, 60_000);

test("a value that the plant had at another time is a wrong reading", () => {
  const plant = new RestlessPlant("x", epochMs(1_000));
  const { gridPowerW } = plant.state();
  plant.advanceTo(epochMs(1_100));
  const judge = (value: number, fromMs: number, toMs: number) =>
    plant.judge("gridPowerW", value, fromMs, toMs);
  expect(judge(gridPowerW, 1_000, 1_050)).toBe("true");
  expect(judge(gridPowerW, 1_090, 1_120)).toBe("true");
  expect(judge(gridPowerW, 1_101, 1_150)).toBe("wrong");
  expect(judge(gridPowerW + 1, 1_010, 1_050)).toBe("wrong");
  expect(judge(gridPowerW + 1, 900, 950)).toBe("unknown");
});

test("promises are counted until they settle", async () => {
  const calls = new TrackedCalls();
  const { promise, resolve } = Promise.withResolvers<void>();
  const failing = calls.track("apply", Promise.reject(new Error("lost")));
  void calls.track("read", promise);
  await expect(failing).rejects.toThrow("lost");
  expect(calls.unsettled).toEqual(["read"]);
  resolve();
  await promise;
  expect(calls.unsettled).toEqual([]);
  expect(calls.made).toBe(2);
});

test("recoveries of which there was none are not fast", () => {
  expect(resultOf(new Tally(), [], { p99Ms: 0, maxMs: 0 }).recoveryP99).toBeNaN();
});

test("works out the back-off step that an outage leads to", () => {
  expect(stepAfterOutage(100, 0)).toBe(100);
  expect(stepAfterOutage(100, 51)).toBe(200);
  expect(stepAfterOutage(100, 151)).toBe(400);
});
