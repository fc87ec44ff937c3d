import { describe, expect, test } from "vitest";
import { acceleratedClock } from "./accelerated-clock.ts";
import { backOff } from "./back-off.ts";
import { durationMs, epochMs, sleep, sleepUntil } from "./clock.ts";
import { deliveryInterval, intervalAt, intervalIndex, nextInterval } from "./delivery-interval.ts";
import { seededRandom } from "./random.ts";
import { simulatedClock } from "./simulated-clock.ts";
import { processUptimeMs, systemClock } from "./system-clock.ts";

describe("clocks", () => {
  test("simulated timers fire in order, each at its own time, and can be taken back", () => {
    const clock = simulatedClock(epochMs(1000));
    const fired: [string, number][] = [];
    const note = (name: string) => (): void => {
      fired.push([name, clock.now()]);
    };
    clock.after(durationMs(20), note("late"));
    clock.after(durationMs(10), () => {
      note("early")();
      clock.after(durationMs(5), note("nested"));
    });
    clock.after(durationMs(20), note("late too"));
    clock.after(durationMs(15), note("never")).cancel();
    clock.advanceTo(epochMs(1020));
    expect(fired).toEqual([
      ["early", 1010],
      ["nested", 1015],
      ["late", 1020],
      ["late too", 1020],
    ]);
    expect(() => clock.advanceTo(epochMs(1019))).toThrow(/never goes back/);
  });

  test("an accelerated clock is shared by its anchor", async () => {
    const time = { anchorMs: epochMs(5_000_000), wallAnchorMs: systemClock.now(), speed: 1000 };
    const [a, b] = [acceleratedClock(time), acceleratedClock(time)];
    await sleepUntil(a, epochMs(5_020_000));
    expect(a.now()).toBeGreaterThanOrEqual(5_019_000);
    expect(Math.abs(a.now() - b.now())).toBeLessThan(60_000);
    expect(() => acceleratedClock({ ...time, speed: 0 })).toThrow(/speed/);
  });

  test("a sleep ends with its signal", async () => {
    const clock = simulatedClock(epochMs(0));
    const aborter = new AbortController();
    const sleeping = sleep(clock, durationMs(10), aborter.signal);
    aborter.abort(new Error("enough"));
    await expect(sleeping).rejects.toThrow("enough");
    await expect(sleep(clock, durationMs(10), aborter.signal)).rejects.toThrow("enough");
  });
});

describe("delivery intervals", () => {
  test("cover time without gaps", () => {
    const interval = intervalAt(epochMs(Date.UTC(2026, 5, 21, 10, 14, 59, 999)), 15);
    expect(new Date(interval.startMs).toISOString()).toBe("2026-06-21T10:00:00.000Z");
    expect(nextInterval(interval)).toEqual(deliveryInterval(intervalIndex(interval.index + 1), 15));
    expect(nextInterval(interval).startMs).toBe(interval.endMs);
    expect(() => intervalIndex(-1)).toThrow(/interval index/);
  });
});

describe("seeded random", () => {
  test("the same seed and path give the same numbers, others give others", () => {
    const draw = (seed: number, path: string): number[] => {
      const random = seededRandom(seed).fork(path);
      return [random.next(), random.integer(1, 6), random.between(2, 3), random.normal(0, 1)];
    };
    expect(draw(7, "a")).toEqual(draw(7, "a"));
    expect(draw(7, "a")).not.toEqual(draw(8, "a"));
    expect(draw(7, "a")).not.toEqual(draw(7, "b"));
  });

  test("numbers fill their range evenly", () => {
    const random = seededRandom("evenness");
    const counts = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < 6000; i++) {
      const face = random.integer(0, 5);
      counts[face] = (counts[face] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});

describe("back-off", () => {
  test("draws from the upper half of a step that doubles up to the longest, and starts again", () => {
    const pauses = backOff(100, 1000, seededRandom(1));
    for (const stepMs of [100, 200, 400, 800, 1000, 1000]) {
      const pause = pauses.next();
      expect(pause).toBeGreaterThanOrEqual(stepMs / 2);
      expect(pause).toBeLessThanOrEqual(stepMs);
    }
    pauses.reset();
    expect(pauses.next()).toBeLessThanOrEqual(100);
  });
});

test("the time since the process started never runs backwards", () => {
  const times = Array.from({ length: 1_000 }, processUptimeMs);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});
