import { isDeepStrictEqual } from "node:util";
import { median, processUptimeMs } from "@commonwatt/vpp-core";
import { ObjectRun } from "../engine/object-run.ts";
import { readyThreads } from "../engine/run-threads.ts";
import { createSharedRun } from "../engine/shared-run.ts";
import { simulate } from "../engine/simulate.ts";
import type { SimulationOptions } from "../engine/simulation-options.ts";
import type { SimulationResult } from "../engine/simulation-result.ts";
import { runFeeder } from "../grid/feeder-run.ts";
import { syntheticNeighbourhood } from "../neighbourhood/synthetic-neighbourhood.ts";
import type { StrategyName } from "../strategies/strategy-name.ts";
import type {
  BenchTask,
  FeederSpeed,
  ObjectComparison,
  OptimiserSpeed,
  RunCost,
  RunSpeed,
  ThreadSpeed,
} from "./bench-task.ts";
import { feederDay } from "./feeder-day.ts";

const KIB_PER_MIB = 1_024;

/** What neighbourhoods are made of. */
interface Size {
  readonly homes: number;
  readonly days: number;
}

function optionsOf(
  { homes, days }: Size,
  workers: number,
  strategy: StrategyName = "truthful",
): SimulationOptions {
  const shape = { homes, days, intervalMinutes: 15, seed: "bench", strategy } as const;
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

async function run(task: Size): Promise<RunSpeed> {
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

/** Runs on one thread and on two; and as many whole runs at once, each on a thread of its own, that share nothing. */
async function threads(task: BenchTask & { do: "threads" }): Promise<ThreadSpeed> {
  const options = optionsOf(task, 1);
  const seconds: Record<1 | 2, number[]> = { 1: [], 2: [] };
  const apartSeconds: Record<1 | 2, number[]> = { 1: [], 2: [] };
  const hashes = new Set<string>();
  for (let round = 0; round <= task.rounds; round++) {
    for (const workers of [1, 2] as const) {
      const { result, wallSeconds } = await timed(() => simulate({ ...options, workers }));
      hashes.add(result.hash);
      const apart = await timed(() => runApart(options, workers));
      if (round === 0) continue;
      seconds[workers].push(wallSeconds);
      apartSeconds[workers].push(apart.wallSeconds);
    }
  }
  return {
    bestOneSeconds: Math.min(...seconds[1]),
    bestTwoSeconds: Math.min(...seconds[2]),
    medianOneSeconds: median(seconds[1]),
    medianTwoSeconds: median(seconds[2]),
    ceiling: (2 * Math.min(...apartSeconds[1])) / Math.min(...apartSeconds[2]),
    sameHash: hashes.size === 1,
  };
}

async function runApart(options: SimulationOptions, runs: number): Promise<void> {
  const homes = options.neighbourhood.siteIds.length;
  const threads = await readyThreads(runs);
  await Promise.all(
    threads.map((thread) =>
      thread.run({
        options,
        shared: createSharedRun(homes, 1),
        trace: null,
        ...{ part: 0, parts: 1, homesFrom: [0, homes] },
      }),
    ),
  );
}

async function objects(task: Size): Promise<ObjectComparison> {
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

/** Half of the synthetic homes have a battery, and plan once an hour; the other half only come along. */
async function optimiser(task: Size): Promise<OptimiserSpeed> {
  const options = optionsOf(task, 1, "optimiser");
  const { siteIds, batteries } = options.neighbourhood;
  const planning = siteIds.filter((_, home) => (batteries.capacityWh[home] as number) > 0).length;
  const homeDays = planning * task.days;
  await simulate({
    ...options,
    neighbourhood: optionsOf({ ...task, days: 1 }, 1, "optimiser").neighbourhood,
  });
  const { cpuSeconds } = await timed(() => simulate(options));
  return { homeDays, homeDaysPerSecond: homeDays / cpuSeconds };
}

async function feeder({ folder, rounds }: BenchTask & { do: "feeder" }): Promise<FeederSpeed> {
  const day = await feederDay(folder);
  const { intervals, connections } = day.metered;
  const perSecond: number[] = [];
  let result = runFeeder(day.feeder, day.metered);
  for (let round = 0; round < rounds; round++) {
    const measured = await timed(() => runFeeder(day.feeder, day.metered));
    result = measured.result;
    perSecond.push(intervals / measured.cpuSeconds);
  }
  return {
    buses: result.buses.length,
    homes: connections.length,
    flows: intervals * rounds,
    medianPerSecond: median(perSecond),
    worstPerSecond: Math.min(...perSecond),
    residual: result.residual,
    sweepsMax: result.sweepsMax,
  };
}

async function main(task: BenchTask): Promise<unknown> {
  if (task.do === "run") return run(task);
  if (task.do === "cost") return cost(task);
  if (task.do === "threads") return threads(task);
  if (task.do === "optimiser") return optimiser(task);
  return task.do === "feeder" ? feeder(task) : objects(task);
}

process.stdout.write(`${JSON.stringify(await main(JSON.parse(process.argv[2] ?? "") as BenchTask))}\n`);
