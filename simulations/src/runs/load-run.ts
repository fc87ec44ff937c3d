import { createHash } from "node:crypto";
import { seededRandom } from "@commonwatt/vpp-core";
import type { DataReport } from "../data/data-report.ts";
import { neighbourhoodOf } from "../data/neighbourhood-of.ts";
import { readDataFolder } from "../data/read-data.ts";
import type { Feeder } from "../grid/feeder.ts";
import { withLimits } from "../grid/feeder-limits.ts";
import { readOpendssFeeder } from "../grid/read-opendss-feeder.ts";
import { createNeighbourhood } from "../neighbourhood/create-neighbourhood.ts";
import { frameOf, homesOf } from "../neighbourhood/homes-of.ts";
import { requireMemory } from "../neighbourhood/memory-estimate.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import { loadScenario, type Scenario } from "../scenario/load-scenario.ts";
import { type RunPlan, type RunSettings, USUAL_SETTINGS } from "./run-plan.ts";

/** A neighbourhood that is ready to run, and how it is run. */
export interface LoadedRun {
  readonly neighbourhood: Neighbourhood;
  readonly settings: RunSettings;
  /** What the homes hang on; `null` when it is not known. */
  readonly feeder: Feeder | null;
  /** What was found in each source of data, by its name. */
  readonly reports: Readonly<Record<string, DataReport>>;
  /** What was taken for granted beside what the reports say. */
  readonly assumptions: readonly string[];
  /** The memory that the run is expected to need. */
  readonly memoryBytes: number;
}

/** What the run's memory depends on beside its neighbourhood. */
interface LoadOptions {
  readonly workers: number;
  readonly tracedHomes: number;
}

/**
 * Reads what a plan is about.
 * @throws CommonwattError `SCENARIO_…`, `IMPORT_…`, `SIMULATION_TOO_LARGE`, `SIMULATION_NEIGHBOURHOOD_INVALID`.
 */
export async function loadRun(plan: RunPlan, options: LoadOptions): Promise<LoadedRun> {
  const { scenario, data } = plan;
  const { namedFeeder, ...loaded } =
    scenario === null ? await loadData(data ?? "", plan, options) : await loadFile(scenario, plan, options);
  const found = await feederOf(plan.feeder ?? namedFeeder?.folder ?? null, loaded.reports);
  const feeder = found === null || namedFeeder === null ? found : withLimits(found, namedFeeder.limits);
  const feederHash = feeder === null ? null : hashOf(feeder);
  return {
    ...loaded,
    settings: { ...loaded.settings, feederHash },
    feeder,
    neighbourhood:
      plan.shuffle === null ? loaded.neighbourhood : shuffled(loaded.neighbourhood, plan.shuffle),
  };
}

/** Loaded, but for the feeder. */
interface LoadedHomes extends Omit<LoadedRun, "feeder" | "settings"> {
  readonly settings: Omit<RunSettings, "feederHash">;
  /** What the scenario names. */
  readonly namedFeeder: Scenario["feeder"];
}

/** The feeder that is named, or the one that the only source of data has beside its homes. */
async function feederOf(folder: string | null, reports: LoadedRun["reports"]): Promise<Feeder | null> {
  if (folder !== null) return await readOpendssFeeder(folder);
  const [report, ...others] = Object.values(reports);
  const hasFeeder = report?.format === "ieee-european-lv" && others.length === 0;
  return hasFeeder ? await readOpendssFeeder(report.path) : null;
}

function hashOf(feeder: Feeder): string {
  return createHash("sha256").update(JSON.stringify(feeder)).digest("hex");
}

async function loadFile(
  path: string,
  { mechanism, forecast, strategy, seed, days, lieBooks }: RunPlan,
  options: LoadOptions,
): Promise<LoadedHomes> {
  let memoryBytes = 0;
  const scenario = await loadScenario(path, {
    ...options,
    overrides: {
      ...(mechanism === null ? {} : { mechanism }),
      ...(forecast === null ? {} : { forecast }),
      ...(strategy === null ? {} : { strategy }),
      ...(seed === null ? {} : { seed }),
      ...(days === null ? {} : { days }),
    },
    onEstimate: (bytes) => {
      memoryBytes = bytes;
    },
  });
  const { neighbourhood, reports, assumptions, feeder: namedFeeder, ...settings } = scenario;
  return {
    neighbourhood,
    settings: { ...settings, lieBooks },
    namedFeeder,
    reports,
    assumptions,
    memoryBytes,
  };
}

async function loadData(folder: string, plan: RunPlan, options: LoadOptions): Promise<LoadedHomes> {
  const { mechanism, forecast, strategy, seed, days, lieBooks } = plan;
  const data = await readDataFolder(folder);
  const size = { homes: data.sites.length, intervals: data.steps, ...options };
  const memoryBytes = requireMemory(size, process.availableMemory());
  return {
    neighbourhood: neighbourhoodOf(data, {
      strategy: strategy ?? USUAL_SETTINGS.strategy,
      ...(days === null ? {} : { days }),
    }),
    settings: {
      mechanism: mechanism ?? USUAL_SETTINGS.mechanism,
      forecast: forecast ?? USUAL_SETTINGS.forecast,
      seed: seed ?? USUAL_SETTINGS.seed,
      lieBooks,
    },
    namedFeeder: null,
    reports: { [data.name]: data.report },
    assumptions: [],
    memoryBytes,
  };
}

/** The same neighbourhood, made of its homes in another order (Fisher and Yates 1938, as by Durstenfeld 1964). */
function shuffled(neighbourhood: Neighbourhood, seed: string): Neighbourhood {
  const random = seededRandom(`${seed}/shuffle`);
  const homes = [...homesOf(neighbourhood)];
  for (let last = homes.length - 1; last > 0; last--) {
    const at = random.integer(0, last);
    const [one, other] = [homes[at], homes[last]];
    if (one !== undefined && other !== undefined) [homes[at], homes[last]] = [other, one];
  }
  return createNeighbourhood(frameOf(neighbourhood), homes);
}
