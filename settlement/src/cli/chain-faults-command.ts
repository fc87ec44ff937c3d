import {
  type Check,
  checkAtLeast,
  checkTrue,
  checkZero,
  printChecks,
  wholeNumber,
} from "@commonwatt/vpp-core";
import { type ChainFaultsResult, chainFaults, type KillTold } from "../chain-faults/chain-faults.ts";
import type { Program } from "./key-options.ts";

/** Adds `commonwatt chain-faults-test`: an operator, a node that fails, and books that must be right. */
export function registerChainFaultsTest(program: Program): void {
  program
    .command("chain-faults-test")
    .summary("break the chain under an operator, kill it between any two steps, and compare the books")
    .description(
      "Runs an operator against a real node behind a proxy that loses and garbles answers or says nothing. Kills the " +
        "operator once in every gap between two of its steps, then at random moments while the node is killed, takes " +
        "blocks back, raises fees and blocks the operator's nonce. Nothing may be lost or done twice.",
    )
    .option("--kills <n>", "kills at random moments, after those in every gap", wholeNumber(0, 1_000), 24)
    .option("--seed <n>", "decides the moments", wholeNumber(0, 2 ** 31 - 1), 1)
    .option("--json", "print NDJSON; the last line is the summary")
    .action(async ({ kills, seed, json = false }: { kills: number; seed: number; json?: boolean }) => {
      const onKill = ({ kill, fault, gap }: KillTold): void => {
        const text = json
          ? JSON.stringify({ event: "kill", kill, fault, gap })
          : `kill ${kill}: ${fault}; ${gap}`;
        process.stdout.write(`${text}\n`);
      };
      const result = await chainFaults({ kills, seed, onKill });
      printChecks(process.stdout, json, result, checksOf(result));
    });
}

function checksOf(result: ChainFaultsResult): readonly Check[] {
  const { lost, paidTwice, gapsMissed, conserved, batches, intervals, silencesNoticed, silences } = result;
  return [
    checkZero("lost", lost),
    checkZero("paidTwice", paidTwice),
    checkZero("gapsMissed", gapsMissed),
    checkAtLeast("silencesNoticed", silencesNoticed, silences),
    checkTrue("conserved", conserved),
    { name: "batches", value: batches, target: String(intervals), holds: batches === intervals },
  ];
}
