import { checkZero, printChecks, wholeNumber } from "@commonwatt/vpp-core";
import { chainFaults } from "../chain-faults/chain-faults.ts";
import type { Program } from "./key-options.ts";

/** Adds `commonwatt chain-faults-test`: an operator, a node that fails, and books that must be right. */
export function registerChainFaultsTest(program: Program): void {
  program
    .command("chain-faults-test")
    .summary("break the chain under an operator, kill it at random, and compare the books")
    .description(
      "Runs an operator against a real node behind a proxy that loses and garbles answers; kills the node, takes blocks " +
        "back, raises fees and blocks its nonce; kills the operator at random moments. Nothing may be lost or done twice.",
    )
    .option("--kills <n>", "how often the operator is killed", wholeNumber(1, 1_000), 24)
    .option("--intervals <n>", "intervals to settle", wholeNumber(1, 500), 30)
    .option("--seed <n>", "decides the moments", wholeNumber(0, 2 ** 31 - 1), 1)
    .option("--json", "print NDJSON; the last line is the summary")
    .action(async (options: { kills: number; intervals: number; seed: number; json?: boolean }) => {
      const json = options.json === true;
      const result = await chainFaults({
        ...options,
        onRound: ({ round, fault, gap }) => {
          const text = json
            ? JSON.stringify({ event: "kill", round, fault, gap })
            : `kill ${round}: ${fault}; ${gap}`;
          process.stdout.write(`${text}\n`);
        },
      });
      printChecks(process.stdout, json, result, [
        checkZero("lost", result.lost),
        checkZero("paidTwice", result.paidTwice),
        { name: "conserved", value: Number(result.conserved), target: "1", holds: result.conserved },
        {
          name: "batches",
          value: result.batches,
          target: String(options.intervals),
          holds: result.batches === options.intervals,
        },
      ]);
    });
}
