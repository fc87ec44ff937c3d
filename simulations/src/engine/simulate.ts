import { checkNeighbourhood } from "../neighbourhood/check-neighbourhood.ts";
import { ObjectRun } from "./object-run.ts";
import type { SimulationOptions } from "./simulation-options.ts";
import type { SimulationResult } from "./simulation-result.ts";

/** How many times progress is told in a run. */
const PROGRESS_STEPS = 200;

/**
 * Runs a neighbourhood through all its intervals: in each, homes bid for what they expect, the market clears,
 * batteries deliver under what really comes, meters count and everything is accounted, as it runs live.
 * @throws CommonwattError `SIMULATION_NEIGHBOURHOOD_INVALID`, `SIMULATION_MECHANISM_UNKNOWN`
 */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const { neighbourhood, onProgress } = options;
  checkNeighbourhood(neighbourhood);
  const run = new ObjectRun(options);
  const every = Math.max(1, Math.floor(neighbourhood.intervals / PROGRESS_STEPS));
  for (let t = 0; t < neighbourhood.intervals; t++) {
    run.run(t);
    if ((t + 1) % every === 0) onProgress?.(t + 1, neighbourhood.intervals);
  }
  return run.result();
}
