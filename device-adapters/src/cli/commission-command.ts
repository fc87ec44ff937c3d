import { writeFile } from "node:fs/promises";
import {
  CommonwattError,
  createLogger,
  isCommonwattError,
  stopRequest,
  systemClock,
  wholeNumber,
} from "@commonwatt/vpp-core";
import type { Command } from "commander";
import { type CommissionReport, commission } from "../commission/commission.ts";
import { homeDevices } from "../commission/home-devices.ts";
import { reportMarkdown, reportText } from "../commission/report.ts";
import { requireConsent } from "./consent.ts";

/** A command and what it outlives its phase by stay within a minute, which every kind of device keeps. */
const SECONDS_MAX = 45;

interface CommissionCommandOptions {
  readonly config: string;
  readonly meter?: string;
  readonly power: number;
  readonly seconds: number;
  readonly repeats: number;
  readonly report?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Adds `commonwatt commission`: a short step test that proves sign and scale of a device. */
export function registerCommission(program: Command): void {
  program
    .command("commission")
    .description("prove sign and scale of battery, inverter and meter by a short step of the battery")
    .argument(
      "<device>",
      "its id in the configuration, host:port/unit[?profile=NAME], or opc.tcp://…?home=NAME",
    )
    .option("--config <file>", "the configuration that has the id", "commonwatt.config.ts")
    .option("--meter <address>", "the grid meter, where it is a device of its own: host:port/unit")
    .option(
      "--power <W>",
      "the step, each way; less where the battery takes less",
      wholeNumber(100, 10_000),
      500,
    )
    .option("--seconds <s>", "how long each command lasts", wholeNumber(4, SECONDS_MAX), 20)
    .option("--repeats <n>", "how often it charges and discharges", wholeNumber(2, 10), 2)
    .option("--report <file>", "write the report there: .md or .json")
    .option("--yes", "the battery may be moved now")
    .option("--json", "print NDJSON; the last line is the summary")
    .action((device: string, options: CommissionCommandOptions) => runCommission(device, options));
}

async function runCommission(device: string, options: CommissionCommandOptions): Promise<void> {
  const json = options.json === true;
  const write = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
  checkReportFile(options.report);
  try {
    const report = await commissioned(device, options, json);
    if (options.report !== undefined) await writeReport(options.report, report);
    if (json) write({ event: "summary", ...report });
    else process.stdout.write(`${reportText(report)}\n`);
    const isFine = report.stopped === null && report.checks.every(({ holds }) => holds);
    if (!isFine) process.exitCode = 1;
  } catch (error) {
    // Whoever reads lines gets the reason there, too.
    if (json && isCommonwattError(error) && !/^(USAGE|CONFIG)_/.test(error.code)) {
      write({ event: "summary", stopped: { code: error.code, message: error.message }, checks: [] });
    }
    throw error;
  }
}

async function commissioned(
  device: string,
  options: CommissionCommandOptions,
  json: boolean,
): Promise<CommissionReport> {
  const { config: configFile, meter = null, power, seconds, repeats } = options;
  const logger = createLogger("warn", json);
  const devices = await homeDevices({ device, meter, configFile }, logger);
  const tell = (phase: string, powerW: number | null): void => {
    if (json) process.stdout.write(`${JSON.stringify({ event: "phase", phase, powerW })}\n`);
    else process.stderr.write(`  ${phase}${powerW === null ? "" : ` ${Math.abs(powerW)} W`} ...\n`);
  };
  return commission(devices, {
    powerW: power,
    seconds,
    repeats,
    context: { clock: systemClock, wallClock: systemClock, logger },
    signal: stopRequest(process, process.stdout),
    consent: (what) => requireConsent(what, options.yes === true),
    onPhase: tell,
  });
}

function checkReportFile(file: string | undefined): void {
  if (file === undefined || /\.(md|json)$/.test(file)) return;
  throw new CommonwattError("USAGE_BAD_REPORT", `"${file}" ends neither in .md nor in .json`);
}

async function writeReport(file: string, report: CommissionReport): Promise<void> {
  const now = systemClock.now();
  const text = file.endsWith(".json")
    ? `${JSON.stringify({ takenAtMs: now, ...report }, null, 2)}\n`
    : reportMarkdown(report, now);
  await writeFile(file, text);
}
