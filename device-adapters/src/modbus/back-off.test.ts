import { durationMs, epochMs, seededRandom, simulatedClock } from "@commonwatt/vpp-core";
import { expect, test } from "vitest";
import { BackOff } from "./back-off.ts";

function fixture() {
  const clock = simulatedClock(epochMs(0));
  return { clock, backOff: new BackOff({ baseMs: 1_000, maxMs: 60_000 }, clock, seededRandom(1)) };
}

test("waits between half and all of a step that doubles, up to the longest", () => {
  const { backOff } = fixture();
  expect(backOff.remainingMs).toBe(0);
  for (const stepMs of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]) {
    backOff.fail();
    expect(backOff.remainingMs).toBeGreaterThanOrEqual(stepMs / 2);
    expect(backOff.remainingMs).toBeLessThanOrEqual(stepMs);
  }
});

test("two clients do not come back at the same moment", () => {
  const clock = simulatedClock(epochMs(0));
  const [first, second] = ["a", "b"].map((seed) => {
    const backOff = new BackOff({ baseMs: 1_000, maxMs: 60_000 }, clock, seededRandom(seed));
    backOff.fail();
    return backOff.remainingMs;
  });
  expect(first).not.toBe(second);
});

test("ends with time, and an answer begins it anew", () => {
  const { clock, backOff } = fixture();
  backOff.fail();
  clock.advanceTo(epochMs(clock.now() + durationMs(1_000)));
  expect(backOff.remainingMs).toBe(0);
  backOff.fail();
  backOff.fail();
  backOff.succeed();
  expect(backOff.remainingMs).toBe(0);
  backOff.fail();
  expect(backOff.remainingMs).toBeLessThanOrEqual(1_000);
});
