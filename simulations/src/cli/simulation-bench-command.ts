import {
  type Check,
  type CommonwattPlugin,
  checkAtLeast,
  checkAtMost,
  checkTrue,
  printChecks,
  wholeNumber,
} from "@commonwatt/vpp-core";
import { type SimulationBenchResult, simulationBench } from "../bench/simulation-bench.ts";

type Program = Parameters<NonNullable<CommonwattPlugin["commands"]>>[0];

interface BenchOptions {
  readonly percent: number;
  readonly feeder?: string;
  readonly json?: boolean;
}

/** Adds `commonwatt simulation-bench`: how fast a neighbourhood runs, and in how much memory. */
export function registerSimulationBench(program: Program): void {
  program
    .command("simulation-bench")
    .summary("measure simulations: speed, memory, growth, threads, plans, power flows")
    .description(
      "Compares a run on arrays with one on the objects of the live path, then runs 1,000 homes with batteries " +
        "through a year in steps of 15 minutes in a fresh process; speed is by the CPU time of all its threads, and " +
        "making the homes' profiles is told apart. Then the cost of a home-interval with 100 and 10,000 homes, and " +
        "the best of many short runs on one thread and on two by the clock on the wall, which needs two idle cores, beside " +
        "what two runs at once on this machine come to that have nothing to do with each other; how many days of " +
        "homes with a battery are planned in a second; and power flows, the slowest round of some.",
    )
    .option("--percent <n>", "size of the runs; less than 100 proves nothing", wholeNumber(1, 100), 100)
    .option(
      "--feeder <folder>",
      "an OpenDSS folder whose feeder is solved; without it one of 906 buses is drawn",
    )
    .option("--json", "print NDJSON; the last line is the summary")
    .action(async ({ percent, feeder, json = false }: BenchOptions) => {
      const result = await simulationBench({ scale: percent / 100, feeder: feeder ?? null }, (step) => {
        process.stdout.write(json ? `${JSON.stringify(step)}\n` : `${toldStep(step)}\n`);
      });
      const { homeDaysPerSecond: optimiserHomeDaysPerSecond } = result.optimiser;
      const twoThreadCeiling = result.threads.ceiling;
      const figures = { percent, optimiserHomeDaysPerSecond, twoThreadCeiling, ...result };
      printChecks(process.stdout, json, figures, checksOf(result));
    });
}

function checksOf({ year, cost, threads, objects, feeder }: SimulationBenchResult): readonly Check[] {
  const growth = cost[10000].nsPerHomeInterval / cost[100].nsPerHomeInterval;
  return [
    checkTrue("sameAsLiveObjects", objects.same),
    checkAtLeast("homeIntervalsPerSecond", year.homeIntervals / year.cpuSeconds, 1_000_000),
    checkAtMost("peakMemoryMiB", year.peakMemoryMiB, 1_024),
    checkAtMost("costGrowth100To10000Homes", growth, 1.5),
    checkAtLeast("twoWorkerSpeedup", threads.bestOneSeconds / threads.bestTwoSeconds, 1.7),
    {
      name: "twoWorkersSameHash",
      value: Number(threads.sameHash),
      target: "1",
      holds: threads.sameHash,
    },
    checkAtLeast("powerFlowsPerSecond", feeder.worstPerSecond, 1_000),
    checkAtMost("powerBalanceResidual", feeder.residual, 1e-6),
  ];
}

function toldStep(step: object): string {
  const shown = ([name, value]: readonly [string, unknown]): string =>
    `${name} ${typeof value === "number" ? Number(value.toPrecision(4)) : String(value)}`;
  return Object.entries(step)
    .filter(([name]) => name !== "do")
    .map(shown)
    .join(", ");
}
