import type { DeviceKind } from "./device-kinds.ts";
import { TrackedCalls } from "./tracked-calls.ts";

/** What one fault cost. */
interface Recovery {
  readonly kind: DeviceKind;
  readonly fault: string;
  readonly recoveryMs: number;
  /** Two poll intervals and the back-off step that an outage as long leads to. */
  readonly allowedMs: number;
}

/** A reading that the plant never had in its time. */
interface WrongReading {
  readonly fault: string;
  readonly point: string;
  readonly value: number;
}

/** What is counted while faults are injected. */
export class Tally {
  readonly calls: TrackedCalls = new TrackedCalls();
  readonly wrong: WrongReading[] = [];
  readonly late: { readonly lateMs: number; readonly what: string }[] = [];
  readonly recoveries: Recovery[] = [];
  readonly neverRecovered: string[] = [];
  readonly injected: Record<string, number> = {};
  goodValues = 0;
  otherValues = 0;
  failedReads = 0;
  commandsApplied = 0;
  commandsRefused = 0;
  commandsFailed = 0;
  /** Commands that were seen after their end by a device that had not looked at its wire since before it. */
  commandsSeenLate = 0;

  /** Notes that a fault has been injected. */
  noteFault(name: string): void {
    this.injected[name] = (this.injected[name] ?? 0) + 1;
  }
}

/** The back-off step that failures during an outage lead to, when each wait is half a step at least. */
export function stepAfterOutage(baseMs: number, outageMs: number): number {
  let stepMs = baseMs;
  for (let waitedMs = stepMs / 2; waitedMs < outageMs; waitedMs += stepMs / 2) stepMs *= 2;
  return stepMs;
}
