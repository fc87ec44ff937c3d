import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** What is measured in a process of its own. */
export type BenchTask =
  /** A run without anything before it, as a person would start it. */
  | { readonly do: "run"; readonly homes: number; readonly days: number }
  /** Runs in a process that has run before, the cheapest of some. */
  | { readonly do: "cost"; readonly homes: number; readonly days: number; readonly rounds: number }
  /** Runs on one thread and on two, in turns. */
  | { readonly do: "threads"; readonly homes: number; readonly days: number; readonly rounds: number }
  /** A run on arrays beside one on the objects of the live path. */
  | { readonly do: "objects"; readonly homes: number; readonly days: number }
  /** A run of homes with batteries that all plan ahead. */
  | { readonly do: "optimiser"; readonly homes: number; readonly days: number }
  /** Power flows of a feeder, of an OpenDSS folder or drawn. */
  | { readonly do: "feeder"; readonly folder: string | null; readonly rounds: number };

/** A run, by the clock on the wall and by the CPU of all threads of its process. */
export interface RunSpeed {
  readonly homeIntervals: number;
  /** Making the profiles of its homes; not part of the run. */
  readonly prepareSeconds: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** The most memory that the process ever had, preparation and program included. */
  readonly peakMemoryMiB: number;
}

/** What a home-interval costs in a warm process, in ns of CPU. */
export interface RunCost {
  readonly homeIntervals: number;
  readonly nsPerHomeInterval: number;
}

/** Runs on one thread and on two, in seconds on the wall. */
export interface ThreadSpeed {
  readonly bestOneSeconds: number;
  readonly bestTwoSeconds: number;
  readonly medianOneSeconds: number;
  readonly medianTwoSeconds: number;
  /**
   * What two threads do in the time of one when each does such a run of its own and none waits for the other: 2 on a
   * machine with two idle cores that share nothing, and no speed-up can be more.
   */
  readonly ceiling: number;
  /** Whether all runs came to the same hash. */
  readonly sameHash: boolean;
}

/** A run on arrays beside the same on objects. */
export interface ObjectComparison {
  readonly homeIntervals: number;
  /** Whether every column is the same. */
  readonly same: boolean;
  /** Home-intervals of the run on objects per second of CPU. */
  readonly objectsPerSecond: number;
}

/** How fast homes plan, in CPU time. */
export interface OptimiserSpeed {
  readonly homeDays: number;
  readonly homeDaysPerSecond: number;
}

/** Power flows of a feeder, one for each minute of a day and round. */
export interface FeederSpeed {
  readonly buses: number;
  readonly homes: number;
  readonly flows: number;
  /** In CPU time; voltages of all buses and their extremes included. */
  readonly medianPerSecond: number;
  readonly worstPerSecond: number;
  /** The largest of all, see `FlowSummary`. */
  readonly residual: number;
  readonly sweepsMax: number;
}

const PROCESS = fileURLToPath(new URL("./simulation-bench-process.ts", import.meta.url));

/**
 * Does a task in a fresh process. What Node.js makes of the sources before it runs them is kept in a folder, as of an
 * installed program: it strips their types by WebAssembly, and that alone makes V8 check with every access to a
 * typed array that its memory is still there.
 */
export async function runBenchTask<Result>(task: BenchTask, compiledFolder: string): Promise<Result> {
  const env = { ...process.env, NODE_COMPILE_CACHE: compiledFolder };
  const { stdout } = await promisify(execFile)(process.execPath, [PROCESS, JSON.stringify(task)], { env });
  return JSON.parse(stdout) as Result;
}
