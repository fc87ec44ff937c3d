import { type KpiGroup, type KpiInput, share } from "./kpi.ts";

/** What the grid sees. */
export const GRID: KpiGroup = {
  title: "Grid",
  kpis: [
    {
      name: "peakImport",
      unit: "kW",
      definition: "The most that the community takes at its transformer, as the mean over an interval.",
      source: "–",
      of: ({ neighbourhood, result }) => peakKW(neighbourhood, result.intervals.communityImportWh),
    },
    {
      name: "peakExport",
      unit: "kW",
      definition: "The most that the community feeds in at its transformer, as the mean over an interval.",
      source: "–",
      of: ({ neighbourhood, result }) => peakKW(neighbourhood, result.intervals.communityExportWh),
    },
    {
      name: "peakImportChange",
      unit: "share",
      definition: "`peakImport` against that of the baseline, less 1: −0.1 is a tenth lower. No upper bound.",
      source: "–",
      of: ({ neighbourhood, result, baseline }) => {
        const before = peakKW(neighbourhood, baseline.intervals.communityImportWh);
        const now = peakKW(neighbourhood, result.intervals.communityImportWh);
        return share(now - before, before, "the baseline takes nothing from the grid");
      },
    },
  ],
};

function peakKW({ intervalMinutes }: KpiInput["neighbourhood"], energyWh: Float64Array): number {
  return (energyWh.reduce((most, value) => Math.max(most, value), 0) * 60) / intervalMinutes / 1_000;
}
