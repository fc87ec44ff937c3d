import { dirname, resolve } from "node:path";
import { type EpochMs, epochMs, type IntervalMinutes, intervalLength } from "@commonwatt/vpp-core";
import type { ColumnMap } from "../data/column-map.ts";
import type { DataReport } from "../data/data-report.ts";
import type { DataSet } from "../data/data-set.ts";
import { type RunTime, runTimeIn } from "../data/data-window.ts";
import { localClock, type UtcOffset, utcOffset } from "../data/local-time.ts";
import { carbonOf, USUAL } from "../data/neighbourhood-of.ts";
import { parseTime } from "../data/parse-time.ts";
import { readData } from "../data/read-data.ts";
import type { ForecastName } from "../forecasts/forecast.ts";
import type { FeederLimits } from "../grid/feeder-limits.ts";
import { createNeighbourhood } from "../neighbourhood/create-neighbourhood.ts";
import { requireMemory, type SimulationSize } from "../neighbourhood/memory-estimate.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import type { StrategyName } from "../strategies/strategy-name.ts";
import { readScenarioFile } from "./read-scenario-file.ts";
import { idsOf } from "./scenario-faults.ts";
import type { ScenarioData, ScenarioFeeder, ScenarioFile, ScenarioSites } from "./scenario-file.ts";
import { scenarioHomes } from "./scenario-homes.ts";
import { SEASONS } from "./scenario-schema.ts";
import { tariffPrices } from "./tariff-prices.ts";
import { drawWeather, weatherOfIntervals } from "./weather.ts";

/** What a command line says instead of the file. */
export interface ScenarioOverrides {
  readonly seed?: string;
  readonly days?: number;
  readonly mechanism?: string;
  readonly forecast?: ForecastName;
  /** For all homes. */
  readonly strategy?: StrategyName;
}

/** How a scenario is loaded. */
export interface LoadOptions {
  readonly overrides?: ScenarioOverrides;
  /** For the memory that the run will need. */
  readonly workers?: number;
  readonly tracedHomes?: number;
  /** Hears the estimate, in bytes, before anything large is made. */
  readonly onEstimate?: (bytes: number, size: SimulationSize) => void;
}

/** A scenario, ready to be simulated. */
export interface Scenario {
  readonly neighbourhood: Neighbourhood;
  readonly mechanism: string;
  readonly forecast: ForecastName;
  readonly seed: string;
  /** `null` when none is named. */
  readonly feeder: { readonly folder: string; readonly limits: FeederLimits } | null;
  /** What was found in each data source, by its name in the scenario. */
  readonly reports: Readonly<Record<string, DataReport>>;
  /** What was taken for granted beside what the reports say. */
  readonly assumptions: readonly string[];
}

const DAYS = 7;
const YEAR = 2026;
const LOCATION = { latitudeDeg: 47.4, longitudeDeg: 8.5 };

/** A value that is made when it is first asked for. */
function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function startOf(text: string, offset: UtcOffset): EpochMs {
  const time = parseTime(text, "iso") ?? { ms: Number.NaN, isLocal: false };
  return epochMs(time.isLocal ? localClock(offset).toUtc(time.ms).utcMs : time.ms);
}

function columnMapOf({ columns, timeZone }: ScenarioData): ColumnMap | undefined {
  if (columns === undefined) return undefined;
  const { time } = columns;
  if ("column" in time) return { ...columns, time };
  const offset = utcOffset(timeZone ?? "UTC");
  return { ...columns, time: { startMs: startOf(time.start, offset), stepMinutes: time.stepMinutes } };
}

async function readSource(file: string, source: ScenarioData): Promise<DataSet> {
  const { path, rules, start, columns: _columns, ...rest } = source;
  const columns = columnMapOf(source);
  const offset = utcOffset(source.timeZone ?? "UTC");
  return await readData(
    {
      ...rest,
      path: resolve(dirname(file), path),
      ...(columns === undefined ? {} : { columns }),
      ...(start === undefined ? {} : { startMs: startOf(start, offset) }),
    },
    rules,
  );
}

/** The names of the data sources that homes or prices come from. */
function usedData({ sites, tariff }: ScenarioFile): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { from, load, pv } of sites) {
    if (from !== undefined) names.add(from);
    for (const field of [load, pv]) if (field !== undefined && "data" in field) names.add(field.data);
  }
  for (const price of [tariff?.retailPricePerKwh, tariff?.feedInPricePerKwh]) {
    if (typeof price === "object" && "data" in price) names.add(price.data);
  }
  return names;
}

/** The time that all data sources share; `null` without any. */
function sharedTime(
  data: ReadonlyMap<string, DataSet>,
): (Pick<DataSet, "startMs" | "stepMs" | "steps"> & { name: string }) | null {
  if (data.size === 0) return null;
  const sets = [...data.values()];
  const startMs = epochMs(Math.max(...sets.map((set) => set.startMs)));
  const endMs = Math.min(...sets.map((set) => set.startMs + set.stepMs * set.steps));
  return { name: [...data.keys()].join(", "), startMs, stepMs: Math.max(0, endMs - startMs), steps: 1 };
}

function timeOf(
  file: ScenarioFile,
  data: ReadonlyMap<string, DataSet>,
  offset: UtcOffset,
  days = file.days,
): RunTime {
  const minutes: IntervalMinutes = file.resolutionMinutes ?? 15;
  const shared = sharedTime(data);
  const day = file.start ?? (file.season === undefined ? undefined : `${YEAR}-${SEASONS[file.season]}`);
  const asked = day === undefined ? undefined : startOf(day, offset);
  if (shared !== null) {
    return runTimeIn(shared, minutes, {
      ...(asked === undefined ? {} : { fromMs: asked }),
      ...(days === undefined ? {} : { days }),
    });
  }
  const lengthMs = intervalLength(minutes);
  const startMs = asked ?? startOf(`${YEAR}-${SEASONS.summer}`, offset);
  return {
    startMs: epochMs(Math.floor(startMs / lengthMs) * lengthMs),
    intervalMinutes: minutes,
    intervals: Math.max(1, Math.round(((days ?? DAYS) * 86_400_000) / lengthMs)),
  };
}

function countHomes(sites: readonly ScenarioSites[], data: ReadonlyMap<string, DataSet>): number {
  return sites.reduce(
    (count, site) =>
      count + (site.from === undefined ? idsOf(site).length : (data.get(site.from)?.sites.length ?? 0)),
    0,
  );
}

function strategiesOf({
  strategies = "truthful",
}: ScenarioFile): readonly (readonly [StrategyName, number])[] {
  return typeof strategies === "string"
    ? [[strategies, 1]]
    : (Object.entries(strategies) as [StrategyName, number][]);
}

function feederOf(file: string, feeder: ScenarioFile["feeder"]): Scenario["feeder"] {
  if (feeder === undefined) return null;
  const named: ScenarioFeeder = typeof feeder === "string" ? { folder: feeder } : feeder;
  const { folder, transformerKVA, lineA } = named;
  return {
    folder: resolve(dirname(file), folder),
    limits: {
      ...(transformerKVA === undefined ? {} : { transformerVA: transformerKVA * 1_000 }),
      ...(lineA === undefined ? {} : { lineA }),
    },
  };
}

/** The file with what a command line says instead. */
function overridden(
  file: ScenarioFile,
  { seed, days, mechanism, forecast, strategy }: ScenarioOverrides,
): ScenarioFile {
  return {
    ...file,
    ...(seed === undefined ? {} : { seed }),
    ...(days === undefined ? {} : { days }),
    ...(mechanism === undefined ? {} : { mechanism }),
    ...(forecast === undefined ? {} : { forecast }),
    ...(strategy === undefined
      ? {}
      : { strategies: strategy, sites: file.sites.map(({ strategy: _strategy, ...site }) => site) }),
  };
}

/**
 * Reads a scenario file and makes its neighbourhood: data is read and cleaned, homes are drawn, prices put
 * together. The same file, seed and data give the same neighbourhood.
 * @throws CommonwattError `SCENARIO_…` for what is wrong in the file, `IMPORT_…` for what is wrong in data,
 *   `SIMULATION_TOO_LARGE`, `SIMULATION_NEIGHBOURHOOD_INVALID`.
 */
export async function loadScenario(path: string, options: LoadOptions = {}): Promise<Scenario> {
  const file = overridden(await readScenarioFile(path), options.overrides ?? {});
  const offset = utcOffset(file.timeZone ?? "UTC");
  const data = new Map<string, DataSet>();
  for (const name of usedData(file)) {
    const source = file.data?.[name];
    if (source !== undefined) data.set(name, await readSource(path, source));
  }
  const time = timeOf(file, data, offset);
  const homes = countHomes(file.sites, data);
  const size = {
    homes,
    intervals: time.intervals,
    tracedHomes: options.tracedHomes ?? 0,
    workers: options.workers ?? 1,
  };
  options.onEstimate?.(requireMemory(size, process.availableMemory()), size);
  const assumptions: string[] = [];
  const prices = { file: path, time, offset, data, assume: (what: string) => void assumptions.push(what) };
  const retailPrice = await tariffPrices(
    file.tariff?.retailPricePerKwh ?? USUAL.retailPrice,
    "retailPrice",
    prices,
  );
  const wishedPrice = await tariffPrices(
    file.tariff?.feedInPricePerKwh ?? USUAL.feedInPrice,
    "feedInPrice",
    prices,
  );
  const feedInPrice = wishedPrice.map((price, t) => Math.min(price, retailPrice[t] ?? price));
  const lowered = feedInPrice.filter((price, t) => price !== wishedPrice[t]).length;
  if (lowered > 0) assumptions.push(`feed-in price lowered to the retail price in ${lowered} intervals`);
  const seed = String(file.seed ?? 1);
  const sky = { seed: `${seed}/sky`, cloudiness: file.cloudiness ?? 0.4 };
  const location = file.location ?? LOCATION;
  const weather = once(() => drawWeather(sky, location, time));
  const carbonSource = [...data.values()].find(({ carbonGPerKwh }) => carbonGPerKwh !== null);
  return {
    neighbourhood: createNeighbourhood(
      {
        community: file.community ?? "neighbourhood",
        ...time,
        utcOffsetMinutes: offset(time.startMs) / 60_000,
        retailPrice,
        feedInPrice,
        carbonGPerKwh: carbonSource === undefined ? null : carbonOf(carbonSource, time),
        feePpm: file.feePpm ?? 0,
      },
      scenarioHomes(file.sites, strategiesOf(file), {
        seed,
        time,
        data,
        location,
        utcOffsetMs: offset(time.startMs),
        retailPrice,
        weather,
        intervalWeather: once(() => weatherOfIntervals(weather(), time)),
      }),
    ),
    mechanism: file.mechanism ?? "uniform",
    forecast: file.forecast ?? "persistence",
    seed,
    feeder: feederOf(path, file.feeder),
    reports: Object.fromEntries([...data].map(([name, { report }]) => [name, report])),
    assumptions,
  };
}
