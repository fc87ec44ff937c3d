import { type Check, checkZero, createLogger, printChecks, wholeNumber } from "@commonwatt/vpp-core";
import type { Command } from "commander";
import { type LeaseTestResult, leaseTest } from "../faults/lease-test.ts";

/** Adds `commonwatt leases-test`: kills controllers that force batteries, and watches the batteries. */
export function registerLeasesTest(program: Command): void {
  program
    .command("leases-test")
    .description("kill controllers during forced charge and discharge; every battery must become neutral")
    .option("--kills <n>", "how often", wholeNumber(1, 1_000), 10)
    .option("--seed <n>", "decides the moments", wholeNumber(0, 2 ** 31 - 1), 1)
    .option("--json", "print NDJSON; the last line is the summary")
    .action(async (options: { kills: number; seed: number; json?: boolean }) => {
      const json = options.json === true;
      let kill = 0;
      const result = await leaseTest({
        ...options,
        logger: createLogger("warn", json),
        onKill: (outcome) => {
          kill += 1;
          const { direction, releaseMs, restartReleaseMs } = outcome;
          const listed = (times: object): string =>
            Object.entries(times)
              .map(([name, timeMs]) => `${name} ${timeMs ?? "never"}`)
              .join(", ");
          const text = `kill ${kill} in ${direction}: neutral after ms ${listed(releaseMs)}; after the restart ${listed(restartReleaseMs)}`;
          process.stdout.write(`${json ? JSON.stringify({ event: "kill", kill, ...outcome }) : text}\n`);
        },
      });
      printChecks(process.stdout, json, result, checksOf(result));
    });
}

function checksOf(result: LeaseTestResult): readonly Check[] {
  const isEachKill = (name: string, value: number): Check => ({
    name,
    value,
    target: `${result.kills}, each kill`,
    holds: value === result.kills,
  });
  return [
    isEachKill("neutralWithinT", result.neutralWithinT),
    checkZero("stuck", result.stuck),
    isEachKill("timerlessHeldOn", result.timerlessHeldOn),
    isEachKill("neutralOnRestart", result.neutralOnRestart),
    checkZero("ownedAtEnd", result.ownedAtEnd),
  ];
}
