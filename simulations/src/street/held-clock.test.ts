import { durationMs, epochMs, sleep, sleepUntil, systemClock } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { heldClock } from "./held-clock.ts";

const START = epochMs(1_000_000);
const running = (anchorMs: number, speed: number) => ({
  anchorMs: epochMs(anchorMs),
  wallAnchorMs: systemClock.now(),
  speed,
});

test("stands still with its timers until it is let go", async () => {
  const clock = heldClock(START);
  let fired = 0;
  clock.after(durationMs(1_000), () => {
    fired += 1;
  });
  const cancelled = clock.after(durationMs(1_000), () => {
    fired += 100;
  });
  cancelled.cancel();
  await sleep(systemClock, durationMs(20));
  expect([clock.now(), fired]).toEqual([START, 0]);
  clock.go(running(START, 1_000));
  await sleepUntil(clock, epochMs(START + 3_000));
  expect(clock.now()).toBeGreaterThanOrEqual(START + 2_000);
  expect(fired).toBe(1);
});

test("never goes back, and keeps its timers when its pace changes", async () => {
  const clock = heldClock(START);
  let fired = false;
  clock.after(durationMs(1_000_000), () => {
    fired = true;
  });
  clock.go(running(START - 5_000, 1));
  expect(clock.now()).toBe(START);
  expect(fired).toBe(false);
  clock.go(running(START, 100_000));
  await sleepUntil(clock, epochMs(START + 1_500_000));
  expect(fired).toBe(true);
});
