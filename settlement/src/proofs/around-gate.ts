import type { BatchRules } from "../batch/batch-rules.ts";

/** How much what is on the chain may come late before it is held against an operator, in seconds; `NOTICE` of `contracts/judges`. */
export const NOTICE_SECONDS = 300;

/** The times around the closure of an interval's gate by which judges count, in seconds since the epoch. */
export interface AroundGate {
  /** What is on the chain by then must be heeded. */
  readonly early: number;
  /** What is on the chain by then may be heeded. */
  readonly late: number;
}

/** When the gate of an interval closes that begins at a time in milliseconds, with the notice before and after. */
export function aroundGate(
  { gateClosureMs }: Pick<BatchRules, "gateClosureMs">,
  startMs: number,
): AroundGate {
  const closure = Math.max(0, Math.floor((startMs - gateClosureMs) / 1_000));
  return { early: Math.max(0, closure - NOTICE_SECONDS), late: closure + NOTICE_SECONDS };
}
