import type { Hex } from "@commonwatt/vpp-core";
import type { RunPlan, RunSettings } from "./run-plan.ts";
import type { RunSummary } from "./summary.ts";

/** One run of a study. */
export interface RunOutcome extends RunSummary {
  readonly plan: RunPlan;
  readonly settings: RunSettings;
  readonly inputHash: Hex;
}

/** A run of a study as it ended: found again from an earlier one, or run now. */
export interface StudyRun {
  readonly outcome: RunOutcome;
  readonly reused: boolean;
}

/** Where the outcome of a run is kept within the folder of a study. */
export function outcomeFile(inputHash: Hex): string {
  return `runs/${inputHash.slice(2)}.json`;
}
