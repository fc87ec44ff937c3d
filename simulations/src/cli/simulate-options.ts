import { CommonwattError, wholeNumber } from "@commonwatt/vpp-core";
import { type Command, Option } from "commander";
import { namedMechanism } from "../engine/named-mechanism.ts";
import type { ForecastName } from "../forecasts/forecast.ts";
import { FORECASTS } from "../forecasts/forecast-registry.ts";
import { AXIS_NAMES, type Axis, axisIn, mechanismsIn } from "../runs/run-grid.ts";
import type { RunPlan } from "../runs/run-plan.ts";
import type { StrategyName } from "../strategies/strategy-name.ts";
import { STRATEGIES } from "../strategies/strategy-registry.ts";

/** Options as the command line has them. */
export interface SimulateOptions {
  readonly data?: string;
  readonly mechanism: string;
  readonly strategy: StrategyName;
  readonly forecast: ForecastName;
  readonly seed: string;
  readonly days?: number;
  readonly workers: number;
  readonly shuffle?: string;
  readonly lies: number;
  readonly compare?: string;
  readonly vary: readonly string[];
  readonly out?: string;
  readonly json?: boolean;
}

const DAYS_MAX = 36_525;
const WORKERS_MAX = 256;
const BOOKS_MAX = 400;

/** Adds the options of a run to a command. */
export function addRunOptions(command: Command): Command {
  return command
    .option("--data <folder>", "measured data, e.g. a CityLearn data set")
    .option(
      "--mechanism <name>",
      "how the market clears, with :k in thousandths where it takes one",
      "uniform",
    )
    .addOption(named("--strategy <name>", "how homes bid", Object.keys(STRATEGIES), "truthful"))
    .addOption(named("--forecast <name>", "how homes look ahead", Object.keys(FORECASTS), "persistence"))
    .option("--seed <text>", "decides everything that is drawn", "1")
    .option("--days <n>", "only so many, from the start of the data", wholeNumber(1, DAYS_MAX))
    .option(
      "--workers <n>",
      "threads; the result is the same with any number",
      wholeNumber(1, WORKERS_MAX),
      1,
    )
    .option("--shuffle <seed>", "gives the homes in another order, which must not matter")
    .option(
      "--lies <books>",
      "in how many order books lies are searched that pay",
      wholeNumber(0, BOOKS_MAX),
      12,
    )
    .option("--compare <list>", "mechanisms side by side: names with commas between, or all")
    .addOption(
      new Option("--vary <axis>", `every value of it, e.g. seed=1..20; one of ${AXIS_NAMES.join(", ")}`)
        .argParser((text: string, before: readonly string[]) => [...before, text])
        .default([], "nothing"),
    )
    .option("--out <folder>", "where the run is written; simulation-runs/<name> unless given")
    .option("--json", "print NDJSON; the last line is the summary");
}

function named(flags: string, description: string, names: readonly string[], usual: string): Option {
  return new Option(flags, description).choices(names).default(usual);
}

/**
 * The plan of options, checked.
 * @throws CommonwattError `USAGE_NO_DATA`, `SIMULATION_MECHANISM_UNKNOWN`.
 */
export function planOf(options: SimulateOptions): RunPlan {
  const { data, mechanism, strategy, forecast, seed, days, shuffle, lies } = options;
  if (data === undefined) {
    throw new CommonwattError(
      "USAGE_NO_DATA",
      "there is nothing to simulate: name a folder of data with --data",
    );
  }
  namedMechanism(mechanism);
  return {
    data,
    mechanism,
    strategy,
    forecast,
    seed,
    days: days ?? null,
    shuffle: shuffle ?? null,
    lieBooks: lies,
  };
}

/**
 * What the runs of a study differ in; empty for a single run.
 * @throws CommonwattError `USAGE_BAD_AXIS`, `SIMULATION_MECHANISM_UNKNOWN`.
 */
export function axesOf({ compare, vary }: SimulateOptions): readonly Axis[] {
  const axes = [...(compare === undefined ? [] : [mechanismsIn(compare)]), ...vary.map(axisIn)];
  const names = axes.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice === undefined) return axes;
  throw new CommonwattError("USAGE_BAD_AXIS", `${twice} is varied twice`, { details: { axis: twice } });
}
