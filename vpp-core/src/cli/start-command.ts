import { existsSync } from "node:fs";
import { type Command, Command as NewCommand } from "commander";
import type { ConfigFile } from "../runtime/config.ts";
import { runCommunity } from "../runtime/run-community.ts";
import type { RunReporter } from "../runtime/run-event.ts";
import { processUptimeMs } from "../time/system-clock.ts";
import { humanReporter } from "./human-reporter.ts";
import { jsonReporter } from "./json-reporter.ts";
import { loadConfig } from "./load-config.ts";
import { createLogger, LOG_LEVELS } from "./logger.ts";
import { positiveNumber, wholeNumber } from "./numbers.ts";
import { stopRequest } from "./stop-request.ts";

const DEFAULT_CONFIG = "commonwatt.config.ts";
/** One 15-minute interval in ten seconds. */
const DEFAULT_SPEED = 90;
/** Faster than this a control cycle no longer fits between two boundaries. */
const SPEED_MAX = 450;

/** What the help page shows where there is no configuration that could add options. */
const NO_CONFIG: Pick<ConfigFile, "options" | "simulatedStartMs"> = { options: {}, simulatedStartMs: null };

interface StartArguments {
  readonly config: string;
  readonly intervals?: number;
  readonly speed?: number;
  readonly data?: string;
  readonly host: string;
  readonly port?: number;
  readonly logLevel: string;
  readonly json?: boolean;
}

/** Adds `commonwatt start`. The configuration file adds options of its own, so it is read first. */
export function registerStart(program: Command): void {
  program
    .command("start")
    .description("run a community: read, trade, deliver, settle")
    .helpOption(false)
    .allowUnknownOption()
    .argument("[options...]", "see `commonwatt start --help`")
    .action(async (_options: string[], _values: object, command: Command) => {
      await start(argumentsAfter(command.name()));
    });
}

/** What stands on the command line after a sub-command's name, untouched. */
function argumentsAfter(name: string): readonly string[] {
  return process.argv.slice(process.argv.indexOf(name) + 1);
}

async function start(rest: readonly string[]): Promise<void> {
  const file = configPath(rest);
  const asksForHelp = rest.includes("--help") || rest.includes("-h");
  if (asksForHelp && !existsSync(file)) fullCommand(NO_CONFIG).exitOverride().help();
  const config = await loadConfig(file);
  const command = fullCommand(config).exitOverride().showHelpAfterError();
  command.parse([...rest], { from: "user" });
  const given = command.opts<StartArguments & Record<string, unknown>>();
  const values = Object.fromEntries(
    Object.entries(config.options).map(([name]) => [name, Number(given[camelCase(name)])]),
  );
  await run(file, config, given, values);
}

function configPath(rest: readonly string[]): string {
  return new NewCommand("start")
    .exitOverride()
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .option("--config <file>", "", DEFAULT_CONFIG)
    .parse([...rest], { from: "user" })
    .opts<{ config: string }>().config;
}

function fullCommand(config: Pick<ConfigFile, "options" | "simulatedStartMs">): Command {
  const command = new NewCommand("commonwatt start")
    .description("Runs a community: reads devices, trades, delivers, settles on chain. Ctrl-C stops it well.")
    .option("--config <file>", "configuration file", DEFAULT_CONFIG)
    .option("--intervals <n>", "end after n delivery intervals", wholeNumber(1, 1_000_000))
    .option("--data <dir>", "keep state in this folder; without it nothing is kept")
    .option("--host <address>", "address of the API", "127.0.0.1")
    .option("--port <n>", "port of the API; 0 for any free one", wholeNumber(0, 65_535))
    .option("--log-level <level>", `log to stderr: ${LOG_LEVELS.join(", ")}`, "warn")
    .option("--json", "print events as NDJSON; the last one is the summary");
  if (config.simulatedStartMs !== null) {
    command.option(
      "--speed <x>",
      "seconds of the street's time per second",
      positiveNumber(SPEED_MAX),
      DEFAULT_SPEED,
    );
  }
  for (const [name, option] of Object.entries(config.options)) {
    command.option(`--${name} <n>`, option.describe, wholeNumber(option.min, option.max), option.default);
  }
  return command;
}

function camelCase(name: string): string {
  return name.replaceAll(/-([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}

async function run(
  file: string,
  config: ConfigFile,
  given: StartArguments,
  values: Readonly<Record<string, number>>,
): Promise<void> {
  const report: RunReporter =
    given.json === true ? jsonReporter(process.stdout) : humanReporter(process.stdout);
  const stop = stopRequest(process, process.stdout);
  const summary = await runCommunity(
    {
      file,
      config,
      values,
      intervals: given.intervals ?? null,
      speed: given.speed ?? 1,
      dataPath: given.data ?? null,
      databaseUrl: process.env["DATABASE_URL"] ?? null,
      apiHost: given.host,
      apiPort: given.port ?? null,
      logger: createLogger(given.logLevel, given.json === true),
      report,
      uptimeMs: processUptimeMs,
    },
    stop,
  );
  report(summary);
  if (!stop.aborted && !summary.escrow.conserved) process.exitCode = 1;
}
