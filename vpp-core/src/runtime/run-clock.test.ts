import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { durationMs, epochMs, sleep } from "../time/clock.ts";
import { systemClock } from "../time/system-clock.ts";
import { resumeTime, simulatedRunClock } from "./run-clock.ts";

const start = epochMs(1_700_000_000_000);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "run-clock-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("time stands still until it is let go, and timers set before wait for it", async () => {
  const time = simulatedRunClock(folder, start, 1000);
  let fired = false;
  time.clock.after(durationMs(1000), () => {
    fired = true;
  });
  const taken = time.clock.after(durationMs(1000), () => expect.fail("it was taken back"));
  await sleep(systemClock, durationMs(20));
  expect([time.clock.now(), fired]).toEqual([start, false]);
  taken.cancel();
  time.go();
  await sleep(time.clock, durationMs(5000));
  expect(fired).toBe(true);
  time.stop();
});

test("a killed run is resumed no earlier than it had come", async () => {
  const time = simulatedRunClock(folder, start, 1000);
  time.go();
  await sleep(time.clock, durationMs(20_000));
  expect(resumeTime(folder, start)).toBeGreaterThan(time.clock.now());
  time.stop();
  const stopped = resumeTime(folder, start);
  expect(stopped).toBeGreaterThanOrEqual(start + 20_000);
  expect(resumeTime(folder, epochMs(stopped + 1))).toBe(stopped + 1);
});

test("a damaged mark is refused: time must never go back", () => {
  writeFileSync(join(folder, "clock.json"), '{"resumeMs":17');
  expect(() => resumeTime(folder, start)).toThrow(/clock\.json is damaged/);
});
