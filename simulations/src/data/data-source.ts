import { CommonwattError, type EpochMs } from "@commonwatt/vpp-core";
import type { ColumnMap } from "./column-map.ts";
import type { FindingCollector } from "./data-report.ts";
import type { DataRules } from "./data-rules.ts";
import type { Quantity, RawSeries } from "./raw-series.ts";

/** The formats that are read. */
export const DATA_FORMATS = [
  "citylearn",
  "ieee-european-lv",
  "ausgrid",
  "opsd",
  "home-assistant",
  "csv",
  "parquet",
] as const;

/** A format that is read. */
export type DataFormat = (typeof DATA_FORMATS)[number];

/** Where measured data is, and what it does not say of itself. */
export interface DataSource {
  /** Left out: known by the files that are there. `csv` and `parquet` have to be named. */
  readonly format?: DataFormat;
  /** A file or a folder. */
  readonly path: string;
  /** Only these homes; left out: all that the format takes for homes. */
  readonly sites?: readonly string[];
  /** Of times without an offset, e.g. `Europe/Zurich`; left out: what the format is known for, else UTC. */
  readonly timeZone?: string;
  /** When data that has no date begins. */
  readonly startMs?: EpochMs;
  /** Of `csv` and `parquet`: what their columns are. */
  readonly columns?: ColumnMap;
  /** Of statistics of Home Assistant: what each statistic counts. */
  readonly statistics?: Readonly<Record<string, Quantity>>;
}

/** What an importer works with. */
export interface Importing {
  readonly source: DataSource;
  readonly rules: DataRules;
  readonly found: FindingCollector;
}

/** Whether a home is asked for. */
export function isWanted({ sites }: DataSource, site: string): boolean {
  return sites === undefined || sites.includes(site);
}

/**
 * Checks that every home that was asked for is there, and that there is one at all.
 * @throws CommonwattError `IMPORT_UNKNOWN_SITE`
 */
export function requireSites(
  { sites = [], path }: DataSource,
  series: readonly RawSeries[],
  known: Iterable<string>,
): void {
  const read = new Set(series.map(({ site }) => site));
  const lost = sites.filter((site) => !read.has(site));
  if (lost.length === 0 && read.size > 0) return;
  const names = [...known];
  const shown = names.length > 20 ? [...names.slice(0, 20), `and ${names.length - 20} more`] : names;
  const what = lost.length === 0 ? "there is no home in it" : `there is no home ${lost.join(", ")}`;
  throw new CommonwattError(
    "IMPORT_UNKNOWN_SITE",
    `${path}: ${what}; there are ${shown.join(", ") || "none"}`,
    {
      details: { path, site: lost[0] ?? "" },
    },
  );
}
