import { type Kpi, type KpiGroup, type KpiInput, kiloWattHours, type Missing, share } from "./kpi.ts";

const LUTHANDER = "Luthander, Widén, Nilsson and Palm 2015, Applied Energy 142:80";
const NO_LOAD = "no home took anything";
const NO_PV = "no module gave anything";

/** What was used, made and moved. */
export const ENERGY: KpiGroup = {
  title: "Energy",
  kpis: [
    total("load", "What the households took.", ({ result }) => kiloWattHours(result.intervals.loadWh)),
    total("production", "What the modules gave: `pvWh − curtailedWh`.", productionKWh),
    total(
      "curtailed",
      "What the modules would have given beyond the limits of inverters and connections.",
      (input) => kiloWattHours(input.result.intervals.curtailedWh),
    ),
    total(
      "gridImport",
      "What the community took at its transformer, net of all homes in each interval.",
      (input) => kiloWattHours(input.result.intervals.communityImportWh),
    ),
    total(
      "gridExport",
      "What the community fed in at its transformer, net of all homes in each interval.",
      (input) => kiloWattHours(input.result.intervals.communityExportWh),
    ),
    {
      name: "selfSufficiency",
      unit: "share",
      definition:
        "Of the community: `1 − gridImport / load`. What batteries lose or hold at the end counts as used, so a " +
        "community that charges from the grid may fall below 0.",
      source: LUTHANDER,
      of: ({ result: { intervals } }) =>
        oneMinus(kiloWattHours(intervals.communityImportWh), kiloWattHours(intervals.loadWh), NO_LOAD),
    },
    {
      name: "selfConsumption",
      unit: "share",
      definition: "Of the community: `1 − gridExport / production`.",
      source: LUTHANDER,
      of: (input) =>
        oneMinus(kiloWattHours(input.result.intervals.communityExportWh), productionKWh(input), NO_PV),
    },
    {
      name: "homesSelfSufficiency",
      unit: "share",
      definition: "Of the homes, each behind its own meter: `1 − Σ importWh / load`.",
      source: LUTHANDER,
      of: ({ result: { intervals } }) =>
        oneMinus(kiloWattHours(intervals.importWh), kiloWattHours(intervals.loadWh), NO_LOAD),
    },
    {
      name: "homesSelfConsumption",
      unit: "share",
      definition: "Of the homes, each behind its own meter: `1 − Σ exportWh / production`.",
      source: LUTHANDER,
      of: (input) => oneMinus(kiloWattHours(input.result.intervals.exportWh), productionKWh(input), NO_PV),
    },
    {
      name: "localShare",
      unit: "share",
      definition:
        "Of what the homes took from their meters, what neighbours sold to them: `Σ settledWh / Σ importWh`.",
      source: "–",
      of: ({ result: { intervals } }) =>
        share(
          kiloWattHours(intervals.settledWh),
          kiloWattHours(intervals.importWh),
          "no home took anything from its meter",
        ),
    },
  ],
};

function productionKWh({ result: { intervals } }: KpiInput): number {
  return kiloWattHours(intervals.pvWh) - kiloWattHours(intervals.curtailedWh);
}

function total(name: string, definition: string, of: (input: KpiInput) => number): Kpi {
  return { name, unit: "kWh", definition, source: "–", of };
}

function oneMinus(part: number, whole: number, reason: string): number | Missing {
  const quotient = share(part, whole, reason);
  return typeof quotient === "number" ? 1 - quotient : quotient;
}
