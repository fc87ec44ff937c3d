import { durationMs, sleep, systemClock } from "@commonwatt/vpp-core";

const PATIENCE_MS = 15_000;
const PAUSE_MS = 25;

/** Tries until `check` gives something else than `null`; fails with what it threw last. */
export async function eventually<Value>(check: () => Promise<Value | null>): Promise<Value> {
  const giveUpMs = systemClock.now() + PATIENCE_MS;
  let problem: unknown = new Error("it did not come about");
  while (systemClock.now() < giveUpMs) {
    try {
      const value = await check();
      if (value !== null) return value;
    } catch (error) {
      problem = error;
    }
    await sleep(systemClock, durationMs(PAUSE_MS));
  }
  throw problem;
}
