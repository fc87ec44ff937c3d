import { deviceId, epochMs, good, simulatedClock, watts } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { faultsTest } from "./faults-test.ts";
import { RestlessPlant } from "./restless-plant.ts";
import { quantile, stepAfterOutage, Tally } from "./tally.ts";

test("a few faults leave no hang, no open promise, no late command and no wrong reading", async () => {
  const result = await faultsTest({ faults: 4, seed: 7, onProgress: () => undefined });
  expect(result).toMatchObject({
    modbusFaults: 4,
    permanentHangs: 0,
    unsettledPromises: 0,
    lateCommandsApplied: 0,
    wrongReadings: 0,
  });
  expect(result.goodValuesChecked).toBeGreaterThan(0);
  expect(Object.values(result.injected).reduce((sum, count) => sum + count, 0)).toBe(4);
}, 30_000);

test("a value that the plant had at another time is a wrong reading", () => {
  const clock = simulatedClock(epochMs(1_000));
  const plant = new RestlessPlant("x", clock);
  const { gridPowerW } = plant.state();
  plant.advanceTo(epochMs(1_100));
  const tally = new Tally();
  const judge = (value: number, fromMs: number, toMs: number): void => {
    const reading = {
      deviceId: deviceId("d"),
      readAtMs: epochMs(toMs),
      points: { gridPowerW: good(watts(value), epochMs(toMs)) },
    };
    tally.judge(reading, plant, () => [fromMs, toMs], "reset");
  };
  judge(gridPowerW, 1_000, 1_050);
  judge(gridPowerW, 1_090, 1_120);
  expect(tally.wrong).toEqual([]);
  judge(gridPowerW, 1_101, 1_150);
  judge(gridPowerW + 1, 1_000, 1_050);
  expect(tally.wrong).toEqual([
    { fault: "reset", point: "gridPowerW", value: gridPowerW },
    { fault: "reset", point: "gridPowerW", value: gridPowerW + 1 },
  ]);
});

test("promises are counted until they settle", async () => {
  const { calls } = new Tally();
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

test("works out quantiles and the back-off step that an outage leads to", () => {
  expect(quantile([5, 1, 3, 2, 4], 0.5)).toBe(3);
  expect(quantile([5, 1, 3, 2, 4], 0.99)).toBe(5);
  expect(stepAfterOutage(100, 0)).toBe(100);
  expect(stepAfterOutage(100, 51)).toBe(200);
  expect(stepAfterOutage(100, 151)).toBe(400);
});
