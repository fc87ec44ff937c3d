import { seededRandom } from "@commonwatt/vpp-core";
import type { DataReport } from "../data/data-report.ts";
import { neighbourhoodOf } from "../data/neighbourhood-of.ts";
import { readDataFolder } from "../data/read-data.ts";
import type { Neighbourhood } from "../neighbourhood/neighbourhood.ts";
import type { RunPlan } from "./run-plan.ts";

/** A neighbourhood, and what was found in the data it is made of. */
export interface LoadedNeighbourhood {
  readonly neighbourhood: Neighbourhood;
  readonly report: DataReport;
}

/**
 * Reads what a plan is about.
 * @throws CommonwattError `IMPORT_…`, `SIMULATION_NEIGHBOURHOOD_INVALID`.
 */
export async function loadNeighbourhood(plan: RunPlan): Promise<LoadedNeighbourhood> {
  const { data: folder, strategy, days, shuffle } = plan;
  const data = await readDataFolder(folder);
  const sites = shuffle === null ? data.sites : shuffled(data.sites, shuffle);
  const neighbourhood = neighbourhoodOf({ ...data, sites }, { strategy, ...(days === null ? {} : { days }) });
  return { neighbourhood, report: data.report };
}

/** The same things in another order (Fisher and Yates 1938, as by Durstenfeld 1964). */
function shuffled<Thing>(things: readonly Thing[], seed: string): readonly Thing[] {
  const random = seededRandom(`${seed}/shuffle`);
  const out = [...things];
  for (let last = out.length - 1; last > 0; last--) {
    const at = random.integer(0, last);
    [out[at], out[last]] = [out[last] as Thing, out[at] as Thing];
  }
  return out;
}
