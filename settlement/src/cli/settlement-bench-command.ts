import {
  type CommonwattPlugin,
  checkAtLeast,
  checkAtMost,
  printChecks,
  wholeNumber,
} from "@commonwatt/vpp-core";
import { settlementBench } from "../bench/settlement-bench.ts";

type Program = Parameters<NonNullable<CommonwattPlugin["commands"]>>[0];

interface BenchOptions {
  readonly rounds: number;
  readonly json?: boolean;
}

/** Adds `commonwatt settlement-bench`: what a batch costs, in gas and in time. */
export function registerSettlementBench(program: Program): void {
  program
    .command("settlement-bench")
    .summary("measure gas per trade, and how fast batches and signatures are")
    .description(
      "Commits batches of 100, 1,000 and 5,000 trades to the real court on a development chain and pays trades one by " +
        "one beside them; then builds and verifies batches, verifies order signatures (a thread for each core) and " +
        "accounts 5,000 trades of 1,000 sites. Times are of thread CPU, rates those of all cores. A round does each eight " +
        "times, and the worst round is what is said; the slowest single batch stands beside it. Batches are built and " +
        "verified without signatures, which are timed by themselves.",
    )
    .option("--rounds <n>", "rounds, after five to warm up", wholeNumber(1, 100), 5)
    .option("--json", "print NDJSON; the last line is the summary")
    .action(async ({ rounds, json = false }: BenchOptions) => {
      const result = await settlementBench(rounds, (step) => {
        if (json) process.stdout.write(`${JSON.stringify(step)}\n`);
      });
      const { gas } = result;
      const commitGas = Math.max(...gas.map((one) => one.commitGas));
      const checks = [
        checkAtMost(
          "gasPerTrade5000",
          gas.find(({ trades }) => trades === 5_000)?.gasPerTrade ?? Infinity,
          10,
        ),
        checkAtMost("commitGas", commitGas, 45_000),
        checkAtLeast("batchTradesPerSecond", result.batchTradesPerSecond, 50_000),
        checkAtLeast("orderSignaturesPerSecond", result.orderSignaturesPerSecond, 5_000),
        checkAtMost("accounting5000TradesMs", result.accounting5000TradesMs, 20),
      ];
      printChecks(process.stdout, json, result, checks);
    });
}
