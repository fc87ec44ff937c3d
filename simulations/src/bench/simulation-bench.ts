import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type BenchTask,
  type FeederSpeed,
  type ObjectComparison,
  type OptimiserSpeed,
  type RunCost,
  type RunSpeed,
  runBenchTask,
  type ThreadSpeed,
} from "./bench-task.ts";

/** Everything that the benchmark of simulations measured. */
export interface SimulationBenchResult {
  /** 1,000 homes over a year in steps of 15 minutes, on one thread of a fresh process. */
  readonly year: RunSpeed;
  /** By how many homes. */
  readonly cost: { readonly 100: RunCost; readonly 10000: RunCost };
  readonly threads: ThreadSpeed;
  readonly objects: ObjectComparison;
  readonly optimiser: OptimiserSpeed;
  readonly feeder: FeederSpeed;
}

/** What is measured. */
export interface SimulationBenchPlan {
  /** 1 is as described, less is smaller. */
  readonly scale: number;
  /** The OpenDSS folder of a feeder; `null` for one that is drawn. */
  readonly feeder: string | null;
}

/**
 * Measures simulations with batteries, bidding, the call auction, accounting and the columns behind all figures, each
 * part in a process of its own; then homes that plan ahead, and the power flow of a feeder. First of all a run is compared
 * with one on the objects of the live path. `onStep` is told of each finished part.
 */
export async function simulationBench(
  { scale, feeder: folderOfFeeder }: SimulationBenchPlan,
  onStep: (step: object) => void,
): Promise<SimulationBenchResult> {
  const days = (full: number): number => Math.max(1, Math.round(full * scale));
  const folder = await mkdtemp(join(tmpdir(), "commonwatt-simulation-bench-"));
  const step = async <Result extends object>(task: BenchTask): Promise<Result> => {
    const result = await runBenchTask<Result>(task, folder);
    onStep({ event: task.do, ...task, ...result });
    return result;
  };
  const rounds = Math.max(1, Math.round(12 * scale));
  try {
    const objects = await step<ObjectComparison>({ do: "objects", homes: 60, days: days(3) });
    const year = await step<RunSpeed>({ do: "run", homes: 1_000, days: days(365) });
    const few = await step<RunCost>({ do: "cost", homes: 100, days: days(200), rounds: 3 });
    const many = await step<RunCost>({ do: "cost", homes: 10_000, days: days(10), rounds: 3 });
    const threads = await step<ThreadSpeed>({
      // Threads that work hand in hand are as slow as the one that is held up, so on a busy machine no long run is
      // undisturbed: many short ones, what they begin and end with included.
      ...{ do: "threads", homes: 1_000, days: days(5) },
      rounds: Math.max(1, Math.round(240 * scale)),
    });
    const optimiser = await step<OptimiserSpeed>({ do: "optimiser", homes: 20, days: days(5) });
    const feeder = await step<FeederSpeed>({ do: "feeder", folder: folderOfFeeder, rounds });
    return { optimiser, feeder, year, cost: { 100: few, 10000: many }, threads, objects };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
