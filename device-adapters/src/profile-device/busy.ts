import { type Clock, durationMs, type EpochMs, sleep } from "@commonwatt/vpp-core";
import { exceptionCodeOf } from "../modbus/modbus-errors.ts";

/** Device failure, acknowledged, busy: what inverters answer while they do something else. */
const BUSY_EXCEPTIONS: ReadonlySet<number> = new Set([4, 5, 6]);
const FIRST_WAIT_MS = 100;
const TRIES_MAX = 4;

/** Whether a device says that it has no time now. */
export function isBusy(error: unknown): boolean {
  return BUSY_EXCEPTIONS.has(exceptionCodeOf(error) ?? 0);
}

/** Repeats a request to a device that is busy, after waits that double, as long as its deadline allows. */
export async function whileBusy<Result>(
  wallClock: Clock,
  deadlineMs: EpochMs,
  request: () => Promise<Result>,
): Promise<Result> {
  for (let tries = 1, waitMs = FIRST_WAIT_MS; ; tries++, waitMs *= 2) {
    try {
      return await request();
    } catch (error) {
      if (!isBusy(error) || tries >= TRIES_MAX || wallClock.now() + waitMs >= deadlineMs) throw error;
      await sleep(wallClock, durationMs(waitMs));
    }
  }
}
