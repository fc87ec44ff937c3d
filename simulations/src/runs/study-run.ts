import assert from "node:assert/strict";
import { type ClearingContext, loadHighs, type Mechanism } from "@commonwatt/market";
import { type Check, CommonwattError, type SiteId, seededRandom } from "@commonwatt/vpp-core";
import { namedMechanism } from "../engine/named-mechanism.ts";
import { simulate } from "../engine/simulate.ts";
import type { SimulationOptions } from "../engine/simulation-options.ts";
import type { IntervalBook, SimulationResult } from "../engine/simulation-result.ts";
import { connectHomes } from "../grid/connect-homes.ts";
import type { Feeder } from "../grid/feeder.ts";
import { type FeederResult, runFeeder } from "../grid/feeder-run.ts";
import { limitedNetwork } from "../grid/limited-network.ts";
import type { KpiValue } from "../kpis/kpi.ts";
import { kpisOf } from "../kpis/kpis.ts";
import {
  intervalsToSample,
  type RegretSample,
  type SampledBook,
  sampleRegret,
} from "../kpis/regret-sample.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import { tariffAt } from "../neighbourhood/tariff-at.ts";
import { checksOf } from "./run-checks.ts";
import type { RunSettings } from "./run-plan.ts";

/** A run, what it is measured by, and what came out. */
export interface RunStudy {
  readonly result: SimulationResult;
  readonly baseline: SimulationResult;
  /** `null` when no lies were searched. */
  readonly regret: RegretSample | null;
  /** What the feeder went through; `null` without one. */
  readonly feeder: FeederResult | null;
  readonly kpis: readonly KpiValue[];
  readonly checks: readonly Check[];
}

/** What came out of a run, before it is measured. */
export type RunOutcomes = Pick<RunStudy, "result" | "baseline" | "feeder">;

/** How a run is watched. */
export interface StudyOptions {
  readonly workers: number;
  /** What the homes hang on; `null` without. */
  readonly feeder: Feeder | null;
  /** Keeps the state of batteries, of as many homes as fit. */
  readonly trace: boolean;
  readonly onProgress?: (doneIntervals: number, ofIntervals: number) => void;
}

/** Books are kept of so many orders at most, a home having about two. */
const ORDERS_MAX = 200_000;
const BOOKS_MAX = 400;
/** Homes and home-intervals whose battery is kept, at most. */
export const TRACED_HOMES_MAX = 100;
const TRACE_MAX = 4_000_000;

/**
 * Runs a neighbourhood and its baseline, searches lies in some of its books, and works out all figures.
 * @throws CommonwattError `SIMULATION_…`
 */
export async function studyRun(
  neighbourhood: Neighbourhood,
  settings: RunSettings,
  options: StudyOptions,
): Promise<RunStudy> {
  const run = await runOptions(neighbourhood, settings, options);
  const result = await simulate(run);
  const baseline = await baselineRun(neighbourhood, settings, options.workers);
  const feeder = feederFlow(neighbourhood, result, options.feeder);
  return studyOf(run, settings, { result, baseline, feeder });
}

/** A run that keeps what it is studied by. */
export async function runOptions(
  neighbourhood: Neighbourhood,
  { mechanism, forecast, seed }: RunSettings,
  { workers, feeder, trace, onProgress }: StudyOptions,
): Promise<SimulationOptions> {
  const needsNetwork = namedMechanism(mechanism).promises.needs === "network";
  return {
    ...{ neighbourhood, mechanism, forecast, seed, workers },
    ...(needsNetwork ? { network: await networkOf(neighbourhood, feeder) } : {}),
    ...(onProgress === undefined ? {} : { onProgress }),
    books: candidateBooks(neighbourhood, seed),
    ...(feeder !== null
      ? { trace: { homes: "all" } }
      : trace
        ? { trace: { homes: tracedHomes(neighbourhood) } }
        : {}),
  };
}

/** The same homes with nobody trading. */
export function baselineRun(
  neighbourhood: Neighbourhood,
  { forecast, seed }: RunSettings,
  workers: number,
): Promise<SimulationResult> {
  const idle = { ...neighbourhood, strategies: neighbourhood.siteIds.map(() => "none" as const) };
  return simulate({ forecast, seed, workers, neighbourhood: idle, mechanism: "uniform" });
}

/** Searches lies in some of a run's books, and works out all figures. */
export function studyOf(
  { neighbourhood, network }: Pick<SimulationOptions, "neighbourhood" | "network">,
  settings: RunSettings,
  outcomes: RunOutcomes,
): RunStudy {
  const { result, baseline, feeder } = outcomes;
  const mechanism = namedMechanism(settings.mechanism);
  const regret =
    settings.lieBooks === 0
      ? null
      : regretOf(
          mechanism,
          neighbourhood,
          result,
          settings.lieBooks,
          network === undefined ? {} : { solver: network.solver },
        );
  const kpis = kpisOf({ neighbourhood, result, baseline, regret, feeder });
  return { ...outcomes, regret, kpis, checks: checksOf(mechanism, result, regret, feeder) };
}

/** What a clearing within limits has to know of the feeder. */
async function networkOf(
  { siteIds }: Neighbourhood,
  feeder: Feeder | null,
): Promise<NonNullable<SimulationOptions["network"]>> {
  const limits = feeder === null ? null : limitedNetwork(feeder, connectHomes(feeder, siteIds));
  if (limits !== null && limits.limits.length > 0) return { limits, solver: await loadHighs() };
  throw new CommonwattError(
    "SIMULATION_OPTIONS_INVALID",
    "clearing within limits needs a feeder whose transformer or lines have some: name it in the scenario or by --feeder",
  );
}

/** What a feeder goes through in a run; `null` without one. */
export function feederFlow(
  { intervalMinutes, intervals, siteIds }: Neighbourhood,
  { trace }: SimulationResult,
  feeder: Feeder | null,
): FeederResult | null {
  if (feeder === null) return null;
  assert(trace !== null, "with a feeder all homes are traced");
  const { importWh, exportWh } = trace;
  const connections = connectHomes(feeder, siteIds);
  return runFeeder(feeder, { intervalMinutes, intervals, importWh, exportWh, connections });
}

/** Intervals whose books are kept: drawn, so that no time of day is preferred. */
function candidateBooks({ intervals, siteIds }: Neighbourhood, seed: string): readonly number[] {
  const count = Math.max(1, Math.min(BOOKS_MAX, Math.floor(ORDERS_MAX / siteIds.length)));
  if (intervals <= count) return [...Array(intervals).keys()];
  const random = seededRandom(`${seed}/books`);
  const drawn = new Set<number>();
  while (drawn.size < count) drawn.add(random.integer(0, intervals - 1));
  return [...drawn].sort((a, b) => a - b);
}

function tracedHomes({ siteIds, intervals, batteries }: Neighbourhood): readonly SiteId[] {
  const withBattery = siteIds.filter((_, home) => (batteries.capacityWh[home] as number) > 0);
  return withBattery.slice(0, Math.max(1, Math.min(TRACED_HOMES_MAX, Math.floor(TRACE_MAX / intervals))));
}

function regretOf(
  mechanism: Mechanism,
  neighbourhood: Neighbourhood,
  { books }: SimulationResult,
  count: number,
  context: Pick<ClearingContext, "solver">,
): RegretSample {
  const sides = (side: "bid" | "offer") =>
    Int32Array.from(books, ({ orders }) => orders.filter((order) => order.side === side).length);
  const picked = intervalsToSample({ bids: sides("bid"), offers: sides("offer") }, count);
  return sampleRegret(
    mechanism,
    picked.flatMap((at) => {
      const book = books[at];
      return book === undefined ? [] : [sampledBook(neighbourhood, book, context)];
    }),
  );
}

function sampledBook(
  neighbourhood: Neighbourhood,
  { network, ...book }: IntervalBook,
  { solver }: Pick<ClearingContext, "solver">,
): SampledBook {
  const tariff = tariffAt(neighbourhood, book.interval);
  const within = network === undefined || solver === undefined ? {} : { network, solver };
  return { ...book, context: { seed: book.seed, tariff, ...within } };
}
