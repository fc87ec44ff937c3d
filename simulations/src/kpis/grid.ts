import type { FeederResult } from "../grid/feeder-run.ts";
import { type Kpi, type KpiGroup, type KpiInput, kiloWattHours, type Missing, share } from "./kpi.ts";

const POWER_FLOW =
  "Backward–forward sweep: Shirmohammadi, Hong, Semlyen and Luo 1988, IEEE Transactions on Power Systems 3:753";

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
    onFeeder(
      "feederLosses",
      "kWh",
      "What the cables and the transformer of the feeder lose.",
      POWER_FLOW,
      ({ lossesWh }) => kiloWattHours(lossesWh.map(Math.round)),
    ),
    onFeeder("voltageLowest", "V", "Lowest voltage at any home in any interval.", POWER_FLOW, ({ lowestV }) =>
      lowestV.reduce((least, volts) => Math.min(least, volts), Number.POSITIVE_INFINITY),
    ),
    onFeeder(
      "voltageHighest",
      "V",
      "Highest voltage at any home in any interval.",
      POWER_FLOW,
      ({ highestV }) => highestV.reduce((most, volts) => Math.max(most, volts), 0),
    ),
    onFeeder(
      "voltageViolations",
      "share",
      "Of all intervals, those in which the voltage of a home is more than a tenth off the nominal one.",
      "EN 50160, supply voltage variations; here every interval, where the standard counts 95 % of ten-minute means in a week",
      ({ outside }) => outside.filter((connections) => connections > 0).length / outside.length,
    ),
    onFeeder(
      "transformerLoading",
      "share",
      "Highest apparent power of the transformer by what it may pass; above 1 it is overloaded.",
      POWER_FLOW,
      ({ loading }) =>
        loading === null
          ? { reason: "what the transformer may pass is not known" }
          : loading.reduce((most, value) => Math.max(most, value), 0),
    ),
    onFeeder(
      "lineLoading",
      "share",
      "Highest current of a phase of a line by what it may carry; above 1 it is overloaded.",
      POWER_FLOW,
      ({ lineLoading }) =>
        lineLoading === null
          ? { reason: "what lines may carry is not known" }
          : lineLoading.reduce((most, value) => Math.max(most, value), 0),
    ),
    {
      name: "limitedIntervals",
      unit: "count",
      definition:
        "Intervals in which a limit of the feeder kept back trades that would have been worth something.",
      source: "–",
      of: ({ result }) => countIn(result.network?.keptBackNano),
    },
    {
      name: "passedIntervals",
      unit: "count",
      definition: "Intervals in which homes were expected to pass a limit whatever was traded.",
      source: "–",
      of: ({ result }) => countIn(result.network?.passed),
    },
  ],
};

function countIn(column: ArrayLike<number> | undefined): number | Missing {
  if (column === undefined) return { reason: "the mechanism knows no limits" };
  return Array.from(column).filter((value) => value > 0).length;
}

function peakKW({ intervalMinutes }: KpiInput["neighbourhood"], energyWh: Float64Array): number {
  return (energyWh.reduce((most, value) => Math.max(most, value), 0) * 60) / intervalMinutes / 1_000;
}

function onFeeder(
  name: string,
  unit: string,
  definition: string,
  source: string,
  of: (feeder: FeederResult) => number | Missing,
): Kpi {
  return {
    name,
    unit,
    definition,
    source,
    of: ({ feeder }) => (feeder === null ? { reason: "no feeder is known" } : of(feeder)),
  };
}
