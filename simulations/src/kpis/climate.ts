import type { SimulationResult } from "../engine/simulation-result.ts";
import type { KpiGroup, KpiInput, Missing } from "./kpi.ts";

/** What the climate sees. */
export const CLIMATE: KpiGroup = {
  title: "Climate",
  kpis: [
    {
      name: "co2",
      unit: "kg",
      definition:
        "`Σ communityImportWh · carbonGPerKwh`: of what came through the transformer, at the grid's carbon intensity of the " +
        "interval. What is fed in gives no credit.",
      source: "GHG Protocol Scope 2 Guidance 2015 (location-based)",
      of: ({ neighbourhood, result }) => co2Kg(neighbourhood, result),
    },
    {
      name: "co2Saved",
      unit: "kg",
      definition: "`co2` of the baseline less that of the run.",
      source: "–",
      of: ({ neighbourhood, result, baseline }) => {
        const [before, now] = [co2Kg(neighbourhood, baseline), co2Kg(neighbourhood, result)];
        return typeof before === "number" && typeof now === "number" ? before - now : { reason: UNKNOWN };
      },
    },
  ],
};

const UNKNOWN = "the data has no carbon intensity";

function co2Kg(
  { carbonGPerKwh }: KpiInput["neighbourhood"],
  { intervals }: SimulationResult,
): number | Missing {
  if (carbonGPerKwh === null) return { reason: UNKNOWN };
  let grams = 0;
  for (let t = 0; t < carbonGPerKwh.length; t++) {
    grams += ((intervals.communityImportWh[t] as number) / 1_000) * (carbonGPerKwh[t] as number);
  }
  return grams / 1_000;
}
