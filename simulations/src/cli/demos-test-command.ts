import { LIE_KINDS } from "@commonwatt/settlement";
import { type Check, printChecks, wholeNumber } from "@commonwatt/vpp-core";
import type { Command } from "commander";
import { allDemos, type DemoOutcome } from "../fraud-demo/all-demos.ts";

/** Adds `commonwatt demos-test`: every lie is told and caught, each by the command that a person would run. */
export function registerDemosTest(program: Command): void {
  program
    .command("demos-test")
    .summary("run every demonstration of a lie to its end")
    .description(
      "Runs `commonwatt demo fraud` for each kind of lie. Each must end with exit code 0 and a summary that says that the " +
        "operator was slashed.",
    )
    .option("--at-once <n>", "demonstrations at one time", wholeNumber(1, LIE_KINDS.length), LIE_KINDS.length)
    .option("--json", "print NDJSON; the last line is the summary")
    .action(async ({ atOnce, json = false }: { atOnce: number; json?: boolean }) => {
      const outcomes = await allDemos(atOnce, ({ kind, exitCode, summary, tookMs }) => {
        const text = json
          ? JSON.stringify({ event: "demo", kind, exitCode, tookMs, summary })
          : `${kind}: ${isCaught(summary) ? "caught" : "NOT caught"} after ${Math.round(tookMs / 1_000)} s`;
        process.stdout.write(`${text}\n`);
      });
      printChecks(process.stdout, json, { demos: outcomes.length }, LIE_KINDS.map(checkOf(outcomes)));
    });
}

function checkOf(outcomes: readonly DemoOutcome[]): (kind: DemoOutcome["kind"]) => Check {
  return (kind) => {
    const outcome = outcomes.find((one) => one.kind === kind);
    const holds = outcome?.exitCode === 0 && isCaught(outcome.summary);
    return { name: kind, value: Number(holds), target: "1: exit code 0, and slashed", holds };
  };
}

function isCaught(summary: DemoOutcome["summary"]): boolean {
  return summary?.["slashed"] === true;
}
