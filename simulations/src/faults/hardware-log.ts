import { readFileSync, writeFileSync } from "node:fs";
import { durationMs, sleep, systemClock } from "@commonwatt/vpp-core";
import type { Doing, HardwareEvent, SubjectName } from "./lease-messages.ts";

const LOOK_EVERY_MS = 20;

/** What emulated hardware wrote down about itself. */
export interface HardwareLog {
  /** What a part of it began to do after a time, oldest first. */
  since(subject: SubjectName, timeMs: number): readonly HardwareEvent[];
  /** What a part does by its last entry. */
  doing(subject: SubjectName): Doing;
  /** Looks again and again until `holds`, for at most `patienceMs`; gives whether it came to hold. */
  wait(holds: () => boolean, patienceMs: number): Promise<boolean>;
}

/** Makes an empty log at `file`, and reads what another process writes into it. */
export function hardwareLog(file: string): HardwareLog {
  writeFileSync(file, "");
  const entries = (subject: SubjectName): readonly HardwareEvent[] =>
    readFileSync(file, "utf8")
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as HardwareEvent)
      .filter((entry) => entry.subject === subject);
  return {
    since: (subject, timeMs) => entries(subject).filter(({ atMs }) => atMs >= timeMs),
    doing: (subject) => entries(subject).at(-1)?.doing ?? "neutral",
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
