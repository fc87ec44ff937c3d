import { CommonwattError, wholeNumber } from "@commonwatt/vpp-core";
import { type Command, Option } from "commander";
import { type AgentAddress, agentAddress } from "../agents/agent-address.ts";
import { namedMechanism } from "../engine/named-mechanism.ts";
import type { ForecastName } from "../forecasts/forecast.ts";
import { FORECASTS } from "../forecasts/forecast-registry.ts";
import { SIMULATION_MODES, type SimulationMode } from "../modes/mode-fit.ts";
import { WIRE_SPEED_MAX } from "../modes/wire.ts";
import { AXIS_NAMES, type Axis, axisIn, mechanismsIn } from "../runs/run-grid.ts";
import type { RunPlan } from "../runs/run-plan.ts";
import type { StrategyName } from "../strategies/strategy-name.ts";
import { STRATEGIES } from "../strategies/strategy-registry.ts";

/** Options as the command line has them. */
export interface SimulateOptions {
  readonly data?: string;
  readonly mechanism?: string;
  readonly strategy?: StrategyName;
  readonly forecast?: ForecastName;
  readonly seed?: string;
  readonly days?: number;
  readonly feeder?: string;
  readonly mode: SimulationMode;
  readonly speed?: number;
  readonly workers: number;
  readonly shuffle?: string;
  readonly lies: number;
  readonly compare?: string;
  readonly vary: readonly string[];
  readonly agents?: AgentAddress;
  /** In seconds. */
  readonly agentTimeout: number;
  readonly out?: string;
  readonly json?: boolean;
}

const DAYS_MAX = 36_525;
const WORKERS_MAX = 256;
const BOOKS_MAX = 400;
const AGENT_TIMEOUT_S = 60;
const AGENT_TIMEOUT_MAX_S = 86_400;

/** Adds the options of a run to a command; those without a default are as the scenario says, or usual. */
export function addRunOptions(command: Command): Command {
  return command
    .option("--data <folder>", "measured data, e.g. a CityLearn data set")
    .addOption(
      new Option("--mode <name>", "on arrays, with real market and chain, or on emulated devices")
        .choices(SIMULATION_MODES)
        .default("fast"),
    )
    .option(
      "--speed <x>",
      "seconds of the homes' time per second on the wire",
      wholeNumber(1, WIRE_SPEED_MAX),
    )
    .option("--mechanism <name>", "how the market clears, with :k in thousandths where it takes one")
    .addOption(new Option("--strategy <name>", "how all homes bid").choices(Object.keys(STRATEGIES)))
    .addOption(new Option("--forecast <name>", "how homes look ahead").choices(Object.keys(FORECASTS)))
    .option("--seed <text>", "decides everything that is drawn")
    .option("--days <n>", "only so many, from the start of the data", wholeNumber(1, DAYS_MAX))
    .option("--feeder <folder>", "an OpenDSS feeder that the homes hang on, for voltages and losses")
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
    .addOption(
      new Option(
        "--agents <address>",
        "where an agent decides for homes with the strategy outside: stdio, tcp://127.0.0.1:PORT or unix:PATH",
      ).argParser(agentAddress),
    )
    .option(
      "--agent-timeout <s>",
      "a run ends when an agent has not connected or answered within",
      wholeNumber(1, AGENT_TIMEOUT_MAX_S),
      AGENT_TIMEOUT_S,
    )
    .option("--out <folder>", "where the run is written; simulation-runs/<name> unless given")
    .option("--json", "print NDJSON; the last line is the summary");
}

/**
 * The plan of options, checked.
 * @throws CommonwattError `USAGE_NO_DATA`, `SIMULATION_MECHANISM_UNKNOWN`.
 */
export function planOf(scenario: string | undefined, options: SimulateOptions): RunPlan {
  const { data, mechanism, strategy, forecast, seed, days, feeder, shuffle, lies } = options;
  if ((scenario === undefined) === (data === undefined)) {
    throw new CommonwattError(
      "USAGE_NO_DATA",
      "what is to be simulated is either a scenario file or a folder of measured data: --data <folder>",
    );
  }
  if (mechanism !== undefined) namedMechanism(mechanism);
  return {
    scenario: scenario ?? null,
    data: data ?? null,
    mechanism: mechanism ?? null,
    strategy: strategy ?? null,
    forecast: forecast ?? null,
    seed: seed ?? null,
    days: days ?? null,
    feeder: feeder ?? null,
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
