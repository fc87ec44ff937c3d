import {
  CommonwattError,
  createLogger,
  type Hex,
  type Logger,
  printChecks,
  stopRequest,
} from "@commonwatt/vpp-core";
import type { SimulationOptions } from "../engine/simulation-options.ts";
import { type FullPathRun, runFullPath } from "../modes/full-path.ts";
import { settlementChecks } from "../modes/full-path-checks.ts";
import { figuresOf, type ModeFigures } from "../modes/mode-figures.ts";
import type { SimulationMode } from "../modes/mode-fit.ts";
import { runWire, type WireOptions, type WireRun } from "../modes/wire.ts";
import { communityChecks } from "../modes/wire-checks.ts";
import { loadRun } from "../runs/load-run.ts";
import type { RunPlan } from "../runs/run-plan.ts";
import { progressBar } from "./progress-bar.ts";
import type { SimulateOptions } from "./simulate-options.ts";

/** A mode that runs live code. */
type LiveMode = Exclude<SimulationMode, "fast">;

/** Options of a study, which is what the fast mode is for. */
const STUDY_OPTIONS = ["compare", "out", "feeder", "agents"] as const;
type StudyOptions = Partial<Pick<SimulateOptions, (typeof STUDY_OPTIONS)[number]>>;

/** Figures of one mode, told by its name. */
export type ToldFigures = ModeFigures & { readonly mode: SimulationMode; readonly resultHash?: Hex };

/**
 * Loads what a plan is about, to be run in a live mode.
 * @throws CommonwattError `SIMULATION_MODE_UNFIT` for options that only the fast mode has, and what `loadRun` throws.
 */
export async function liveOptions(
  plan: RunPlan,
  mode: LiveMode,
  options: Pick<SimulateOptions, "workers" | "vary"> & StudyOptions,
): Promise<SimulationOptions> {
  const given = STUDY_OPTIONS.find((name) => options[name] !== undefined);
  const extra = given ?? (options.vary.length > 0 ? "vary" : null);
  if (extra !== null) {
    throw new CommonwattError(
      "SIMULATION_MODE_UNFIT",
      `--mode ${mode} makes a single run and prints its summary: it takes no --${extra}`,
      { details: { mode, what: `--${extra}` } },
    );
  }
  const { workers } = options;
  const { neighbourhood, settings } = await loadRun(plan, { workers, tracedHomes: 0 });
  const { mechanism, forecast, seed } = settings;
  return { neighbourhood, mechanism, forecast, seed, workers, trades: true };
}

/** @throws CommonwattError `SIMULATION_MODE_UNFIT` for the speed of a clock in a mode that has none. */
export function requireClock({ mode, speed }: Pick<SimulateOptions, "mode" | "speed">): void {
  if (speed === undefined || mode === "wire") return;
  throw new CommonwattError("SIMULATION_MODE_UNFIT", `--mode ${mode} has no clock: it takes no --speed`, {
    details: { mode, what: "--speed" },
  });
}

/** Runs a plan in a live mode, and prints what it came to. */
export async function simulateLive(plan: RunPlan, mode: LiveMode, options: SimulateOptions): Promise<void> {
  const { json = false } = options;
  const given = await liveOptions(plan, mode, options);
  const perStep = given.neighbourhood.siteIds.length;
  const bar = progressBar(process.stderr, { name: "home-intervals", perStep });
  const watched = { ...given, onProgress: bar.update };
  const live = liveRunOptions(options, createLogger("warn", json));
  const [told, checks] =
    mode === "full-path"
      ? await runFullPath(watched, live.logger, live.signal).then(
          (run) => [fullPathFigures(run), settlementChecks(run)] as const,
        )
      : await runWire(watched, live).then((run) => [wireFigures(run), communityChecks(run)] as const);
  bar.end();
  const figures = { ...shapeOf(given), ...told };
  if (!json) for (const line of figureLines(figures)) process.stdout.write(`${line}\n`);
  printChecks(process.stdout, json, figures, checks);
}

/** How a command runs a scenario in a live mode, until somebody stops it. */
export function liveRunOptions({ speed }: Pick<SimulateOptions, "speed">, logger: Logger): WireOptions {
  return { logger, speed: speed ?? null, signal: stopRequest(process, process.stdout) };
}

/** What was run. */
export function shapeOf({ neighbourhood }: SimulationOptions): object {
  const { community, siteIds, intervals, intervalMinutes } = neighbourhood;
  return { community, homes: siteIds.length, intervals, intervalMinutes };
}

/** A run on the full path, with what the chain says of it. */
export function fullPathFigures({ audit, gasUsed, result }: FullPathRun): ToldFigures {
  const { batchesCommitted, batchesFinalized, conserved, contract, chainId, tokenBalance, owed } = audit;
  const amounts = { tokenBalanceMicro: tokenBalance.toString(), owedMicro: owed.toString() };
  const chain = { batchesCommitted, batchesFinalized, gasUsed };
  return {
    ...{ mode: "full-path", ...figuresOf(result), resultHash: result.hash, ...chain },
    ...{ escrow: { conserved, ...amounts, contract, chainId } },
  };
}

/** A run on the wire, with what its devices were. */
export function wireFigures({
  summary,
  speed,
  warnings,
  intervals: _intervals,
  ...figures
}: WireRun): ToldFigures {
  const { devices, batchesCommitted, batchesFinalized, escrow, store } = summary;
  const { readings } = store;
  return {
    ...{ mode: "wire", ...figures, speed, devices, readings, warnings },
    ...{ batchesCommitted, batchesFinalized, escrow },
  };
}

/** Figures for a person. */
export function figureLines(figures: object): readonly string[] {
  return Object.entries(figures).map(([name, value]) => `${name.padEnd(18)} ${shown(value)}`);
}

function shown(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  const parts = Object.entries(value).map(([name, part]) => `${name} ${String(part)}`);
  return parts.length === 0 ? "none" : parts.join("  ");
}
