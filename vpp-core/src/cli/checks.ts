import type { Writable } from "node:stream";

/** One verdict of a test or benchmark command. */
export interface Check {
  readonly name: string;
  readonly value: number;
  /** What it should be, e.g. `>=40`. */
  readonly target: string;
  readonly holds: boolean;
}

/** A figure that must be at least so much. Four digits are printed: more are worth nothing. */
export function checkAtLeast(name: string, value: number, target: number): Check {
  return { name, value: Number(value.toPrecision(4)), target: `>=${target}`, holds: value >= target };
}

/** A figure that must be at most so much; printed as that of `checkAtLeast`. */
export function checkAtMost(name: string, value: number, target: number): Check {
  return { name, value: Number(value.toPrecision(4)), target: `<=${target}`, holds: value <= target };
}

/** Something that must be so: 1, or 0 when it is not. */
export function checkTrue(name: string, holds: boolean): Check {
  return { name, value: Number(holds), target: "1", holds };
}

/** A count of what must never happen. */
export function checkZero(name: string, value: number): Check {
  return { name, value, target: "0", holds: value === 0 };
}

/**
 * Ends a test or benchmark command: prints its figures and verdicts, as one JSON line with `event` "summary"
 * or as a table, and sets the exit code to 1 when a check does not hold.
 */
export function printChecks(
  output: Writable,
  json: boolean,
  figures: object,
  checks: readonly Check[],
): void {
  if (checks.some((check) => !check.holds)) process.exitCode = 1;
  if (json) {
    output.write(`${JSON.stringify({ event: "summary", ...figures, checks })}\n`);
    return;
  }
  for (const { name, value, target, holds } of checks) {
    output.write(
      `${holds ? "holds" : "FAILS"}  ${name.padEnd(24)} ${String(value).padStart(10)}   target ${target}\n`,
    );
  }
}
