import { CommonwattError, createLogger, printChecks } from "@commonwatt/vpp-core";
import type { SimulationOptions } from "../engine/simulation-options.ts";
import { runFullPath } from "../modes/full-path.ts";
import { settlementChecks } from "../modes/full-path-checks.ts";
import { figuresOf } from "../modes/mode-figures.ts";
import type { SimulationMode } from "../modes/mode-fit.ts";
import { loadRun } from "../runs/load-run.ts";
import type { RunPlan } from "../runs/run-plan.ts";
import { progressBar } from "./progress-bar.ts";
import type { SimulateOptions } from "./simulate-options.ts";

/** A mode that runs live code. */
export type LiveMode = Exclude<SimulationMode, "fast">;

/** Options of a study, which is what the fast mode is for. */
const STUDY_OPTIONS = ["compare", "out", "feeder"] as const;

/**
 * Loads what a plan is about, to be run in a live mode.
 * @throws CommonwattError `SIMULATION_MODE_UNFIT` for options that only the fast mode has, and what `loadRun` throws.
 */
export async function liveOptions(
  plan: RunPlan,
  mode: LiveMode,
  options: Pick<SimulateOptions, "workers" | "vary"> &
    Partial<Pick<SimulateOptions, (typeof STUDY_OPTIONS)[number]>>,
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

/** Runs a plan in a live mode, and prints what it came to. */
export async function simulateLive(plan: RunPlan, mode: LiveMode, options: SimulateOptions): Promise<void> {
  const { json = false } = options;
  const given = await liveOptions(plan, mode, options);
  const bar = progressBar(process.stderr, {
    name: "home-intervals",
    perStep: given.neighbourhood.siteIds.length,
  });
  const run = await runFullPath({ ...given, onProgress: bar.update }, createLogger("warn", json));
  bar.end();
  const figures = { mode, ...shapeOf(given), ...figuresOf(run.result), ...chainFigures(run) };
  if (!json) for (const line of figureLines(figures)) process.stdout.write(`${line}\n`);
  printChecks(process.stdout, json, figures, settlementChecks(run));
}

/** What was run. */
export function shapeOf({ neighbourhood }: SimulationOptions): object {
  const { community, siteIds, intervals, intervalMinutes } = neighbourhood;
  return { community, homes: siteIds.length, intervals, intervalMinutes };
}

/** What the chain says of a run, for its summary. */
export function chainFigures({ audit, gasUsed, result }: Awaited<ReturnType<typeof runFullPath>>): object {
  const { batchesCommitted, batchesFinalized, conserved, contract, chainId, tokenBalance, owed } = audit;
  return {
    ...{ resultHash: result.hash, batchesCommitted, batchesFinalized, gasUsed },
    escrow: {
      conserved,
      tokenBalanceMicro: tokenBalance.toString(),
      owedMicro: owed.toString(),
      contract,
      chainId,
    },
  };
}

/** Figures for a person. */
export function figureLines(figures: object): readonly string[] {
  return Object.entries(figures).map(
    ([name, value]) =>
      `${name.padEnd(18)} ${typeof value === "object" ? Object.values(value as object).join("  ") : String(value)}`,
  );
}
