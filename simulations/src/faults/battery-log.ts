import { readFileSync, writeFileSync } from "node:fs";
import { durationMs, sleep, systemClock } from "@commonwatt/vpp-core";
import type { BatteryDoing, BatteryEvent, BatteryName } from "./lease-messages.ts";

const LOOK_EVERY_MS = 20;

/** What emulated batteries wrote down about themselves. */
export interface BatteryLog {
  /** What a battery began to do after a time, oldest first. */
  since(battery: BatteryName, timeMs: number): readonly BatteryEvent[];
  /** What a battery does by its last entry. */
  doing(battery: BatteryName): BatteryDoing;
  /** Looks again and again until `holds`, for at most `patienceMs`; gives whether it came to hold. */
  wait(holds: () => boolean, patienceMs: number): Promise<boolean>;
}

/** Makes an empty log at `file`, and reads what another process writes into it. */
export function batteryLog(file: string): BatteryLog {
  writeFileSync(file, "");
  const entries = (battery: BatteryName): readonly BatteryEvent[] =>
    readFileSync(file, "utf8")
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as BatteryEvent)
      .filter((entry) => entry.battery === battery);
  return {
    since: (battery, timeMs) => entries(battery).filter(({ atMs }) => atMs >= timeMs),
    doing: (battery) => entries(battery).at(-1)?.doing ?? "neutral",
    async wait(holds, patienceMs) {
      const endMs = systemClock.now() + patienceMs;
      for (;;) {
        if (holds()) return true;
        if (systemClock.now() > endMs) return false;
        await sleep(systemClock, durationMs(LOOK_EVERY_MS));
      }
    },
  };
}
