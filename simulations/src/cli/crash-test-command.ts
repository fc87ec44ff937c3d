import {
  type Check,
  checkTrue,
  checkZero,
  createLogger,
  printChecks,
  wholeNumber,
} from "@commonwatt/vpp-core";
import type { Command } from "commander";
import { type CrashTestResult, crashTest } from "../faults/crash-test.ts";

/** Adds `commonwatt crash-test`: kills a running street again and again and compares its books. */
export function registerCrashTest(program: Command): void {
  program
    .command("crash-test")
    .description("kill a running street at random moments; compare journal, database and chain")
    .option("--kills <n>", "how often", wholeNumber(1, 1_000), 10)
    .option("--homes <n>", "homes of the street", wholeNumber(1, 200), 12)
    .option("--seed <n>", "decides the moments", wholeNumber(0, 2 ** 31 - 1), 1)
    .option("--json", "print NDJSON; the last line is the summary")
    .action(async (options: { kills: number; homes: number; seed: number; json?: boolean }) => {
      const json = options.json === true;
      const result = await crashTest({
        ...options,
        logger: createLogger("warn", json),
        onKill: ({ kill, afterMs, lastEvent }) => {
          const text = `kill ${kill}: ${afterMs} ms after it was up, last event "${lastEvent}"`;
          process.stdout.write(
            `${json ? JSON.stringify({ event: "kill", kill, afterMs, lastEvent }) : text}\n`,
          );
        },
      });
      printChecks(process.stdout, json, result, checksOf(result));
    });
}

function checksOf(result: CrashTestResult): readonly Check[] {
  return [
    checkZero("lost", result.lost),
    checkZero("doubled", result.doubled),
    checkZero("announcedLost", result.announcedLost),
    checkZero("batchesWrong", result.batchesWrong),
    {
      name: "tradesInAllBooks",
      value: result.journalTrades,
      target: ">0, the same in journal, database and chain",
      holds:
        result.journalTrades > 0 &&
        result.journalTrades === result.databaseTrades &&
        result.journalTrades === result.chainTrades,
    },
    {
      name: "batchesOnChain",
      value: result.batchesOnChain,
      target: `${result.batches}, as in the database`,
      holds: result.batchesOnChain === result.batches,
    },
    checkTrue("escrowConserved", result.conserved),
    checkTrue("replayEqual", result.replayEqual),
  ];
}
