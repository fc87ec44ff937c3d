import { isDeepStrictEqual } from "node:util";
import { processUptimeMs } from "@commonwatt/vpp-core";
import { ObjectRun } from "../engine/object-run.ts";
import { simulate } from "../engine/simulate.ts";
import type { SimulationOptions } from "../engine/simulation-options.ts";
import type { SimulationResult } from "../engine/simulation-result.ts";
import { syntheticNeighbourhood } from "../neighbourhood/synthetic-neighbourhood.ts";
import type { BenchTask, ObjectComparison, RunCost, RunSpeed, ThreadSpeed } from "./bench-task.ts";

const KIB_PER_MIB = 1_024;

function optionsOf({ homes, days }: BenchTask, workers: number): SimulationOptions {
  const shape = { homes, days, intervalMinutes: 15, seed: "bench", strategy: "truthful" } as const;
  return {
    neighbourhood: syntheticNeighbourhood(shape),
    ...{ mechanism: "uniform", forecast: "perfect", seed: "bench", workers },
  };
}

function homeIntervalsOf({ neighbourhood }: SimulationOptions): number {
  return neighbourhood.siteIds.length * neighbourhood.intervals;
}

/** How long something takes, in seconds on the wall and of CPU in all threads of the process. */
async function timed<Result>(
  work: () => Result | Promise<Result>,
): Promise<{ readonly result: Result; readonly wallSeconds: number; readonly cpuSeconds: number }> {
  const [fromMs, fromCpu] = [processUptimeMs(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(fromCpu);
  return { result, wallSeconds: (processUptimeMs() - fromMs) / 1_000, cpuSeconds: (user + system) / 1e6 };
}

async function run(task: BenchTask): Promise<RunSpeed> {
  const prepared = await timed(() => optionsOf(task, 1));
  const { wallSeconds, cpuSeconds } = await timed(() => simulate(prepared.result));
  return {
    homeIntervals: homeIntervalsOf(prepared.result),
    prepareSeconds: prepared.cpuSeconds,
    wallSeconds,
    cpuSeconds,
    peakMemoryMiB: process.resourceUsage().maxRSS / KIB_PER_MIB,
  };
}

async function cost(task: BenchTask & { do: "cost" }): Promise<RunCost> {
  const options = optionsOf(task, 1);
  const homeIntervals = homeIntervalsOf(options);
  const seconds: number[] = [];
  for (let round = 0; round <= task.rounds; round++) {
    const { cpuSeconds } = await timed(() => simulate(options));
    if (round > 0) seconds.push(cpuSeconds);
  }
  return { homeIntervals, nsPerHomeInterval: (Math.min(...seconds) / homeIntervals) * 1e9 };
}

async function threads(task: BenchTask & { do: "threads" }): Promise<ThreadSpeed> {
  const options = optionsOf(task, 1);
  const seconds: Record<1 | 2, number[]> = { 1: [], 2: [] };
  const hashes = new Set<string>();
  for (let round = 0; round <= task.rounds; round++) {
    for (const workers of [1, 2] as const) {
      const { result, wallSeconds } = await timed(() => simulate({ ...options, workers }));
      hashes.add(result.hash);
      if (round > 0) seconds[workers].push(wallSeconds);
    }
  }
  return {
    bestOneSeconds: Math.min(...seconds[1]),
    bestTwoSeconds: Math.min(...seconds[2]),
    medianOneSeconds: median(seconds[1]),
    medianTwoSeconds: median(seconds[2]),
    sameHash: hashes.size === 1,
  };
}

async function objects(task: BenchTask): Promise<ObjectComparison> {
  const options = optionsOf(task, 1);
  const onObjects = (): SimulationResult => {
    const objectRun = new ObjectRun(options);
    for (let t = 0; t < options.neighbourhood.intervals; t++) objectRun.run(t);
    return objectRun.result();
  };
  const same = isDeepStrictEqual(onObjects(), await simulate(options));
  const { cpuSeconds } = await timed(onObjects);
  const homeIntervals = homeIntervalsOf(options);
  return { homeIntervals, same, objectsPerSecond: homeIntervals / cpuSeconds };
}

/** The middle value; of an even count the lower of the two. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}

async function main(task: BenchTask): Promise<unknown> {
  if (task.do === "run") return run(task);
  if (task.do === "cost") return cost(task);
  return task.do === "threads" ? threads(task) : objects(task);
}

process.stdout.write(`${JSON.stringify(await main(JSON.parse(process.argv[2] ?? "") as BenchTask))}\n`);
