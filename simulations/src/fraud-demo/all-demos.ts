import { LIE_KINDS, type LieKind } from "@commonwatt/settlement";
import { systemClock } from "@commonwatt/vpp-core";
import { type StreetEvent, startCommonwatt } from "../faults/street-process.ts";

/** What the demonstration of one lie came to. */
export interface DemoOutcome {
  readonly kind: LieKind;
  readonly exitCode: number | null;
  /** Its last line, when that was its summary. */
  readonly summary: StreetEvent | null;
  readonly tookMs: number;
}

/** Runs `commonwatt demo fraud` for every kind of lie to its end, a few at once. */
export async function allDemos(
  atOnce: number,
  onDone: (outcome: DemoOutcome) => void,
): Promise<readonly DemoOutcome[]> {
  const waiting = [...LIE_KINDS];
  const outcomes: DemoOutcome[] = [];
  const lane = async (): Promise<void> => {
    for (let kind = waiting.shift(); kind !== undefined; kind = waiting.shift()) {
      const outcome = await demoOf(kind);
      outcomes.push(outcome);
      onDone(outcome);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return outcomes;
}

async function demoOf(kind: LieKind): Promise<DemoOutcome> {
  const beganMs = systemClock.now();
  const demo = startCommonwatt(["demo", "fraud", "--kind", kind, "--json"]);
  const exitCode = await demo.exit();
  const last = demo.events.at(-1);
  const summary = last?.event === "summary" ? last : null;
  return { kind, exitCode, summary, tookMs: systemClock.now() - beganMs };
}
