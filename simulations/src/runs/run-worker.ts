import { parentPort } from "node:worker_threads";
import { isCommonwattError, messageOf } from "@commonwatt/vpp-core";
import { inputHash } from "./input-hash.ts";
import { type LoadedRun, loadRun } from "./load-run.ts";
import { openRunFolder } from "./run-folder.ts";
import { outcomeFile, type RunOutcome, type StudyRun } from "./run-outcome.ts";
import type { RunPlan, RunSettings } from "./run-plan.ts";
import { studyRun } from "./study-run.ts";
import { summaryOf } from "./summary.ts";

/** What a thread is to do. */
export interface RunTask {
  readonly plan: RunPlan;
  /** The folder of the study. */
  readonly folder: string;
  readonly version: string;
}

/** What a thread says when it has done it. */
export type RunAnswer =
  | { readonly run: StudyRun }
  | { readonly failure: { readonly code: string | null; readonly message: string } };

const port = parentPort;
let loaded: { readonly key: string; readonly loading: Promise<LoadedRun> } | null = null;

port?.on("message", (task: RunTask) => {
  void done(task).then((answer) => port.postMessage(answer));
});

async function done(task: RunTask): Promise<RunAnswer> {
  try {
    return { run: await runOrFind(task) };
  } catch (error) {
    const code = isCommonwattError(error) ? error.code : null;
    const message =
      code === null && error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
    return { failure: { code, message } };
  }
}

async function runOrFind({ plan, folder, version }: RunTask): Promise<StudyRun> {
  const { neighbourhood, feeder, settings: ofPlan } = await loadedOnce(plan);
  const settings = settingsOf(plan, ofPlan);
  const hash = inputHash(neighbourhood, settings, version);
  const files = openRunFolder(folder, () => true);
  const known = outcomeIn(files.read(outcomeFile(hash)));
  if (known?.inputHash === hash) return { outcome: { ...known, plan }, reused: true };
  const study = await studyRun(neighbourhood, settings, { workers: 1, feeder, trace: false });
  const outcome: RunOutcome = { ...summaryOf(neighbourhood, study), plan, settings, inputHash: hash };
  files.write(outcomeFile(hash), `${JSON.stringify(outcome)}\n`);
  return { outcome, reused: false };
}

/** Reads what the last plan did not read already: most runs of a study differ in the mechanism or the seed alone. */
function loadedOnce(plan: RunPlan): Promise<LoadedRun> {
  const { scenario, data, strategy, days, feeder, shuffle, seed } = plan;
  const key = JSON.stringify([
    scenario,
    data,
    strategy,
    days,
    feeder,
    shuffle,
    scenario === null ? null : seed,
  ]);
  if (loaded?.key !== key) loaded = { key, loading: loadRun(plan, { workers: 1, tracedHomes: 0 }) };
  return loaded.loading;
}

/** The neighbourhood may have been loaded for another plan. */
function settingsOf(plan: RunPlan, loadedWith: RunSettings): RunSettings {
  const { mechanism, forecast, seed, lieBooks } = plan;
  return {
    mechanism: mechanism ?? loadedWith.mechanism,
    forecast: forecast ?? loadedWith.forecast,
    seed: seed ?? loadedWith.seed,
    lieBooks,
    feederHash: loadedWith.feederHash,
  };
}

/** `null` for what is not there, and for a file that was cut off. */
function outcomeIn(text: string | null): RunOutcome | null {
  if (text === null) return null;
  try {
    return JSON.parse(text) as RunOutcome;
  } catch {
    return null;
  }
}
