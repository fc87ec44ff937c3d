import { CommonwattError, type SiteId } from "@commonwatt/vpp-core";
import { checkNeighbourhood } from "../neighbourhood/check-neighbourhood.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import { addColumns, createTraceColumns } from "./columns.ts";
import { namedMechanism } from "./named-mechanism.ts";
import { BrokenProgressError } from "./progress.ts";
import { resultHash } from "./result-hash.ts";
import { type PartResult, type RunTask, runTask } from "./run-task.ts";
import { readyThreads } from "./run-threads.ts";
import { createSharedRun } from "./shared-run.ts";
import type { SimulationOptions } from "./simulation-options.ts";
import type { IntervalColumns, SimulationResult, TraceColumns } from "./simulation-result.ts";

/** How many times progress is told in a run. */
const PROGRESS_STEPS = 200;

/**
 * Runs a neighbourhood through all its intervals: in each, homes bid for what they expect, the market clears,
 * batteries deliver under what really comes, meters count and everything is accounted, by the rules that run live.
 * Runs in the calling thread, which is busy until the end, and in `workers` − 1 others; the mechanisms on objects
 * run in the calling thread alone.
 * @throws CommonwattError `SIMULATION_NEIGHBOURHOOD_INVALID`, `SIMULATION_MECHANISM_UNKNOWN`,
 *   `SIMULATION_OPTIONS_INVALID`, `SIMULATION_AGENT_MISSING`, and `SIMULATION_THREAD_FAILED` when another thread fails
 */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const { neighbourhood } = options;
  checkNeighbourhood(neighbourhood);
  checkOptions(options);
  const { onProgress, ...given } = options;
  const { intervals, siteIds } = neighbourhood;
  const isUniform = namedMechanism(options.mechanism).name === "uniform-price";
  // An agent from outside is asked about all of its homes at once.
  const parts = isUniform && options.agent === undefined ? Math.min(options.workers, siteIds.length) : 1;
  const homesFrom = Array.from({ length: parts + 1 }, (_, part) =>
    Math.floor((siteIds.length * part) / parts),
  );
  const trace = options.trace === undefined ? null : traceOf(options.trace.homes, siteIds, intervals);
  const shared = createSharedRun(siteIds.length, parts);
  const taskOf = (part: number): RunTask => ({ options: given, shared, trace, part, parts, homesFrom });
  const threads = await readyThreads(parts - 1);
  const others = threads.map((thread, i) => thread.run(taskOf(i + 1)));
  const every = Math.max(1, Math.floor(intervals / PROGRESS_STEPS));
  const own = runTask(taskOf(0), (done) => {
    if (done % every === 0 || done === intervals) onProgress?.(done, intervals);
  });
  const [first, ...rest] = await allOf([own, ...others]);
  const { columns } = first;
  for (const part of rest) addColumns(columns, part.columns);
  finishIntervals(columns.intervals, neighbourhood);
  return {
    hash: resultHash(columns.intervals, columns.homes),
    conserved: true,
    intervals: columns.intervals,
    homes: columns.homes,
    forecasts: columns.forecasts,
    trace,
    network: first.network,
    books: [first, ...rest].flatMap(({ books }) => books).sort((a, b) => a.interval - b.interval),
    trades: [first, ...rest].flatMap(({ trades }) => trades).sort((a, b) => a.interval - b.interval),
  };
}

function checkOptions({
  workers,
  trace,
  books = [],
  neighbourhood,
  network,
  mechanism,
  agent,
}: SimulationOptions): void {
  const { intervals, siteIds } = neighbourhood;
  const isWorkers = Number.isSafeInteger(workers) && workers >= 1;
  if (!isWorkers) invalid(`workers must be an integer of at least 1, got ${workers}`);
  for (const t of books) {
    const isInterval = Number.isSafeInteger(t) && t >= 0 && t < intervals;
    if (!isInterval) invalid(`books: there is no interval ${t}, they are 0 to ${intervals - 1}`);
  }
  const known = new Set(siteIds);
  for (const id of trace === undefined || trace.homes === "all" ? [] : trace.homes) {
    if (!known.has(id)) invalid(`trace: no home is called ${id}`);
  }
  if (agent === undefined && neighbourhood.strategies.includes("outside")) {
    throw new CommonwattError(
      "SIMULATION_AGENT_MISSING",
      "there are homes with the strategy outside, and nobody decides for them; --agents says where an agent is",
    );
  }
  const needsNetwork = namedMechanism(mechanism).promises.needs === "network";
  if (needsNetwork && network === undefined) invalid(`the mechanism ${mechanism} needs a network`);
  if (network !== undefined && network.limits.homeZones.length !== siteIds.length) {
    invalid(`network: there must be a zone for each of ${siteIds.length} homes`);
  }
}

function invalid(message: string): never {
  throw new CommonwattError("SIMULATION_OPTIONS_INVALID", message);
}

/** A trace that all threads can write. */
function traceOf(
  homes: readonly SiteId[] | "all",
  siteIds: readonly SiteId[],
  intervals: number,
): TraceColumns {
  return createTraceColumns(homes === "all" ? siteIds : homes.toSorted(byCodeUnit), intervals);
}

function byCodeUnit(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** What all parts come to; the cause when one has failed, not what others say of it. */
async function allOf(parts: readonly Promise<PartResult>[]): Promise<[PartResult, ...PartResult[]]> {
  const settled = await Promise.allSettled(parts);
  const failures = settled
    .filter((part) => part.status === "rejected")
    .map(({ reason }) => reason as unknown);
  const cause = failures.find((reason) => !(reason instanceof BrokenProgressError)) ?? failures[0];
  if (cause !== undefined) throw cause;
  return settled.map((part) => (part as PromiseFulfilledResult<PartResult>).value) as [PartResult];
}

/** What can only be said of all homes together. */
function finishIntervals(columns: IntervalColumns, { intervals, intervalMinutes }: Neighbourhood): void {
  for (let t = 0; t < intervals; t++) {
    const netWh = (columns.importWh[t] as number) - (columns.exportWh[t] as number);
    columns.communityImportWh[t] = Math.max(0, netWh);
    columns.communityExportWh[t] = Math.max(0, -netWh);
    // Powers until now, so that they are rounded once.
    for (const column of [columns.chargedWh, columns.dischargedWh, columns.curtailedWh]) {
      column[t] = Math.floor(((column[t] as number) * intervalMinutes) / 60);
    }
  }
}
