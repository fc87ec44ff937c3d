import { type Clock, epochMs, simulatedClock } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { DeadlineTimer } from "./deadline-timer.ts";

function watched() {
  const clock = simulatedClock(epochMs(0));
  let timers = 0;
  const counting: Clock = {
    now: clock.now,
    after: (delay, callback) => {
      timers += 1;
      return clock.after(delay, callback);
    },
  };
  const firedAtMs: number[] = [];
  const deadline = new DeadlineTimer(counting, () => firedAtMs.push(clock.now()));
  return { clock, deadline, firedAtMs, timers: () => timers };
}

test("comes at the deadline that was set last, later or earlier", () => {
  const { clock, deadline, firedAtMs } = watched();
  deadline.set(epochMs(100));
  deadline.set(epochMs(250));
  clock.advanceTo(epochMs(249));
  expect(firedAtMs).toEqual([]);
  clock.advanceTo(epochMs(260));
  expect(firedAtMs).toEqual([250]);
  deadline.set(epochMs(500));
  deadline.set(epochMs(300));
  clock.advanceTo(epochMs(600));
  expect(firedAtMs).toEqual([250, 300]);
});

test("is brought forward, never put off", () => {
  const { clock, deadline, firedAtMs } = watched();
  deadline.bringForward(epochMs(200));
  deadline.bringForward(epochMs(300));
  deadline.bringForward(epochMs(100));
  clock.advanceTo(epochMs(400));
  expect(firedAtMs).toEqual([100]);
});

test("does not come when it is cleared or closed, nor at the time of an older one", () => {
  const { clock, deadline, firedAtMs } = watched();
  deadline.set(epochMs(100));
  deadline.clear();
  clock.advanceTo(epochMs(150));
  deadline.set(epochMs(200));
  deadline.clear();
  deadline.set(epochMs(300));
  clock.advanceTo(epochMs(299));
  deadline.close();
  clock.advanceTo(epochMs(900));
  expect(firedAtMs).toEqual([]);
});

test("requests in quick succession share a timer", () => {
  const { clock, deadline, timers } = watched();
  for (let at = 0; at < 1_000; at += 10) {
    clock.advanceTo(epochMs(at));
    deadline.set(epochMs(at + 500));
    deadline.clear();
  }
  expect(timers()).toBeLessThan(5);
});
