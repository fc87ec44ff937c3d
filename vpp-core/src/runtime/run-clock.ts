import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CommonwattError } from "../errors/commonwatt-error.ts";
import { type AcceleratedTime, acceleratedClock } from "../time/accelerated-clock.ts";
import { type Clock, type DurationMs, type EpochMs, epochMs, type Timer } from "../time/clock.ts";
import { systemClock, wallTimer } from "../time/system-clock.ts";

/** How often the mark is moved on, and how far ahead of the clock it is, in real milliseconds. */
const MARK_PERIOD_MS = 1_000;
const MARK_AHEAD_MS = 3_000;

/** Time as a run sees it: it stands still until everything is up. */
export interface RunClock {
  readonly clock: Clock;
  /** Lets time run, and gives what other processes need to share it. */
  go(): AcceleratedTime;
  stop(): void;
}

/**
 * When simulated time goes on after a restart: never earlier than any time the last run has seen, even
 * when it was killed, because the mark on disk is always ahead of its clock.
 * @throws CommonwattError `DATA_DIRECTORY_DAMAGED` when the mark can't be read: time must never go back.
 */
export function resumeTime(directory: string, startMs: EpochMs): EpochMs {
  const path = join(directory, "clock.json");
  if (!existsSync(path)) return startMs;
  const text = readFileSync(path, "utf8");
  const resumeMs = Number(/^\{"resumeMs":(\d+)\}$/.exec(text)?.[1] ?? Number.NaN);
  if (Number.isSafeInteger(resumeMs)) return epochMs(Math.max(resumeMs, startMs));
  throw new CommonwattError("DATA_DIRECTORY_DAMAGED", `${path} is damaged: the time to resume at is lost`, {
    details: { path },
  });
}

/** Simulated time that begins at `startMs` and runs `speed` times as fast as real time. */
export function simulatedRunClock(directory: string, startMs: EpochMs, speed: number): RunClock {
  const path = join(directory, "clock.json");
  const held = holdableClock(startMs);
  let timer: Timer | null = null;
  const mark = (aheadMs: number): void => {
    const resumeMs = Math.ceil(held.clock.now() + aheadMs * speed);
    writeFileSync(`${path}.new`, JSON.stringify({ resumeMs }));
    renameSync(`${path}.new`, path);
  };
  const keepMarking = (): void => {
    mark(MARK_AHEAD_MS);
    timer = wallTimer(MARK_PERIOD_MS, keepMarking);
  };
  return {
    clock: held.clock,
    go() {
      const time = { anchorMs: startMs, wallAnchorMs: systemClock.now(), speed };
      held.runAs(acceleratedClock(time));
      keepMarking();
      return time;
    },
    stop() {
      timer?.cancel();
      mark(0);
    },
  };
}

/** The machine's own time, for real hardware. */
export function realRunClock(): RunClock {
  const time: AcceleratedTime = { anchorMs: systemClock.now(), wallAnchorMs: systemClock.now(), speed: 1 };
  return { clock: systemClock, go: () => time, stop: () => undefined };
}

/** A clock that stands still at `startMs`, its timers waiting, until it is told to run as another. */
function holdableClock(startMs: EpochMs): { clock: Clock; runAs(clock: Clock): void } {
  let running: Clock | null = null;
  const waiting = new Set<{ delay: DurationMs; callback: () => void; timer: Timer | null }>();
  const clock: Clock = {
    now: () => running?.now() ?? startMs,
    after(delay, callback) {
      if (running !== null) return running.after(delay, callback);
      const entry: { delay: DurationMs; callback: () => void; timer: Timer | null } = {
        delay,
        callback,
        timer: null,
      };
      waiting.add(entry);
      return {
        cancel() {
          waiting.delete(entry);
          entry.timer?.cancel();
        },
      };
    },
  };
  return {
    clock,
    runAs(real) {
      running = real;
      for (const entry of waiting) entry.timer = real.after(entry.delay, entry.callback);
      waiting.clear();
    },
  };
}
