import { type CommonwattPlugin, checkZero, printChecks, wholeNumber } from "@commonwatt/vpp-core";
import { fraudTest } from "../fraud-test/fraud-test.ts";

type Program = Parameters<NonNullable<CommonwattPlugin["commands"]>>[0];

/** Each kind of proof must have caught something so often. */
const KIND_MINIMUM = 100;
/** Lies that a smaller run tells are too few to expect every kind a hundred times. */
const MUTATIONS_FOR_KINDS = 10_000;

interface FraudTestCommandOptions {
  readonly mutations: number;
  readonly batches: number;
  readonly seed: number;
  readonly json?: boolean;
}

/** Adds `commonwatt fraud-test`: lies about batches, each to be proved before the contracts. */
export function registerFraudTest(program: Program): void {
  program
    .command("fraud-test")
    .summary("change one thing in honest batches and have each lie proved before the contracts")
    .description(
      "Builds honest batches of a small street, brings groundless challenges against each of them, then changes one " +
        "field of a header, of a leaf or of something signed, or hides a leaf, and has the lie proved by the judges' " +
        "Solidity on a development chain of its own. Every mutation runs on the EVM.",
    )
    .option("--mutations <n>", "lies to tell", wholeNumber(1, 1_000_000), 10_000)
    .option("--batches <n>", "honest batches to tell them about", wholeNumber(1, 100_000), 1_000)
    .option("--seed <n>", "makes batches and lies", wholeNumber(0, 1_000_000), 1)
    .option("--json", "print NDJSON; the last line is the summary")
    .action(async ({ mutations, batches, seed, json = false }: FraudTestCommandOptions) => {
      const result = await fraudTest({ mutations, honestBatches: batches, seed }, (step) => {
        if (json) process.stdout.write(`${JSON.stringify(step)}\n`);
      });
      const below = Object.entries(result.kinds).filter(([, count]) => count < KIND_MINIMUM);
      const checks = [
        checkZero("undetected", result.undetected.length),
        checkZero("rejectedAccusations", result.rejected.length),
        checkZero("honestSlashed", result.honestSlashed.length),
        ...(mutations >= MUTATIONS_FOR_KINDS ? [checkZero("kindsBelow100", below.length)] : []),
      ];
      printChecks(process.stdout, json, { ...result, kindsBelow100: below.map(([kind]) => kind) }, checks);
    });
}
