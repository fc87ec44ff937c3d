import { CommonwattError, type EpochMs, type SiteId } from "@commonwatt/vpp-core";
import type { BatteryRatings } from "../models/battery.ts";
import { cleanSeries } from "./clean-series.ts";
import type { DataReport, FindingCollector } from "./data-report.ts";
import type { DataRules } from "./data-rules.ts";
import type { Grid, Quantity, RawSeries } from "./raw-series.ts";

/** One home of a data set. */
export interface DataSite {
  readonly id: SiteId;
  /** Energy of each step in Wh, not rounded: what the household takes. */
  readonly loadWh: Float64Array;
  /** What the inverter gives; `null` without PV. */
  readonly pvWh: Float64Array | null;
  /** `null`: none, or the data says nothing of one. */
  readonly battery: BatteryRatings | null;
  /** Where it is connected; `null` when the data has no grid. */
  readonly connection: { readonly bus: string; readonly phase: 1 | 2 | 3 } | null;
}

/** Measured energies of homes on equal steps of time, without gaps. */
export interface DataSet {
  /** Names the community, as the folder or file is called. */
  readonly name: string;
  readonly startMs: EpochMs;
  readonly stepMs: number;
  readonly steps: number;
  /** By id, ascending by code unit. */
  readonly sites: readonly DataSite[];
  /** Per kWh in currency units, by step; `null` when the data has no prices. */
  readonly retailPrice: Float64Array | null;
  readonly feedInPrice: Float64Array | null;
  /** Of a kWh from the grid in g, by step; `null` when it is not known. */
  readonly carbonGPerKwh: Float64Array | null;
  readonly report: DataReport;
}

/** What an importer has read: columns as the file has them, and what they come to. */
export interface RawDataSet {
  readonly name: string;
  readonly format: string;
  readonly path: string;
  readonly grid: Grid;
  readonly series: readonly RawSeries[];
  /** By site; a site that is not named has no battery and no connection. */
  readonly batteries?: ReadonlyMap<string, BatteryRatings>;
  readonly connections?: ReadonlyMap<string, { readonly bus: string; readonly phase: 1 | 2 | 3 }>;
  readonly retailPrice?: Float64Array;
  readonly feedInPrice?: Float64Array;
  readonly carbonGPerKwh?: Float64Array;
  readonly assumptions?: readonly string[];
}

const SIGNS: Readonly<Record<Quantity, number>> = {
  load: 1,
  pv: 1,
  import: 1,
  export: -1,
  charge: -1,
  discharge: 1,
};

/** The sum of columns with their signs, in a new array. */
function sumOf(columns: readonly (readonly [Quantity, Float64Array])[], steps: number): Float64Array {
  const sum = new Float64Array(steps);
  for (const [quantity, energyWh] of columns) {
    const sign = SIGNS[quantity];
    for (let step = 0; step < steps; step++) sum[step] = (sum[step] ?? 0) + sign * (energyWh[step] ?? 0);
  }
  return sum;
}

/**
 * Cleans every column of what an importer has read, and puts the homes together. A home without a column
 * `load` takes what its other meters say: import + pv + discharge − export − charge, never below zero.
 * @throws CommonwattError `IMPORT_REJECTED`, `IMPORT_NO_DATA`.
 */
export function cleanDataSet(
  raw: RawDataSet,
  { rules, found }: { readonly rules: DataRules; readonly found: FindingCollector },
): DataSet {
  const { startMs, stepMs, steps } = raw.grid;
  const bySite = new Map<string, [Quantity, Float64Array][]>();
  for (const series of raw.series) {
    const columns = bySite.get(series.site) ?? [];
    columns.push([series.quantity, cleanSeries(series, raw.grid, rules, found)]);
    bySite.set(series.site, columns);
  }
  const sites = [...bySite]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([site, columns]): DataSite => {
      const pv = columns.filter(([quantity]) => quantity === "pv");
      const measured = columns.filter(([quantity]) => quantity === "load");
      const loadWh = sumOf(measured.length > 0 ? measured : columns, steps);
      for (let step = 0; step < steps; step++) {
        if ((loadWh[step] ?? 0) >= 0) continue;
        found.add(site, "load", "negative", "zero", startMs + step * stepMs);
        loadWh[step] = 0;
      }
      return {
        id: site as SiteId,
        loadWh,
        pvWh: pv.length > 0 ? sumOf(pv, steps) : null,
        battery: raw.batteries?.get(site) ?? null,
        connection: raw.connections?.get(site) ?? null,
      };
    });
  return {
    name: raw.name,
    startMs,
    stepMs,
    steps,
    sites,
    retailPrice: raw.retailPrice ?? null,
    feedInPrice: raw.feedInPrice ?? null,
    carbonGPerKwh: raw.carbonGPerKwh ?? null,
    report: {
      format: raw.format,
      path: raw.path,
      findings: found.findings(),
      assumptions: raw.assumptions ?? [],
    },
  };
}

/**
 * A home of a data set.
 * @throws CommonwattError `IMPORT_UNKNOWN_SITE`
 */
export function dataSite({ name, sites }: DataSet, id: string): DataSite {
  const site = sites.find((one) => one.id === id);
  if (site !== undefined) return site;
  throw new CommonwattError(
    "IMPORT_UNKNOWN_SITE",
    `${name}: there is no home ${id}; there are ${sites.map((one) => one.id).join(", ")}`,
    { details: { site: id } },
  );
}
