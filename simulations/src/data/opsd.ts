import { basename } from "node:path";
import { badFile, columnOf, csvTable, numbersOf } from "./csv.ts";
import type { RawDataSet } from "./data-set.ts";
import { type Importing, isWanted, requireSites } from "./data-source.ts";
import { commonGrid, usualStepMs } from "./grid-of.ts";
import { parseTime } from "./parse-time.ts";
import type { Quantity, RawSeries } from "./raw-series.ts";
import { csvFilesIn, readText } from "./read-file.ts";

const WH_PER_KWH = 1_000;
/** `<region>_<home>_<feed>`, e.g. `DE_KN_residential1_grid_import`. */
const FEED =
  /^([A-Z]{2}_[A-Z]+_[a-z]+\d+)_(grid_import|grid_export|pv|pv_\w+|storage_charge|storage_(?:dis|de)charge)$/;

function quantityOf(feed: string): Quantity {
  if (feed === "grid_import") return "import";
  if (feed === "grid_export") return "export";
  if (feed === "storage_charge") return "charge";
  return feed.startsWith("storage_") ? "discharge" : "pv";
}

/** What cannot be known of homes whose meters do not say it all. */
function assumptionsOf(series: readonly RawSeries[]): readonly string[] {
  const has = (site: string, quantity: Quantity): boolean =>
    series.some((one) => one.site === site && one.quantity === quantity);
  return [...new Set(series.map(({ site }) => site))]
    .filter((site) => has(site, "pv") && !has(site, "export"))
    .map((site) => `${site} has PV and no grid_export: what it exports counts as its own use`);
}

/**
 * Reads household data of Open Power System Data, `household_data_<step>_singleindex.csv`: registers in kWh,
 * with gaps where a home was not measured. Homes are the residential ones unless others are named. Source: Open
 * Power System Data, package Household Data (2020-04-15), `datapackage.json`. Columns that stand in
 * `interpolated` are counted as estimated.
 * @throws CommonwattError `IMPORT_FILE_UNREADABLE`, `IMPORT_BAD_FILE`, `IMPORT_UNKNOWN_SITE`,
 *   `IMPORT_NO_COMMON_TIME`.
 */
export async function readOpsd({ source, found }: Importing): Promise<RawDataSet> {
  const [file = source.path] = await csvFilesIn(source.path);
  const table = csvTable(file, await readText(file));
  const timeAt = columnOf(table, "utc_timestamp");
  const interpolatedAt = table.columns.get("interpolated") ?? -1;
  const feeds = [...table.columns].flatMap(([name, column]) => {
    const [, site = "", feed = ""] = FEED.exec(name) ?? [];
    return site === "" ? [] : [{ name, column, site, quantity: quantityOf(feed) }];
  });
  const homes = new Set(feeds.map(({ site }) => site));
  const isHome = (site: string): boolean =>
    isWanted(source, site) && (source.sites !== undefined || site.includes("residential"));
  const wanted = feeds.filter(({ site }) => isHome(site));
  const timesMs = new Float64Array(table.rowCount);
  let row = 0;
  for (const { cells, line } of table.rows) {
    const timeMs = parseTime(cells[timeAt] ?? "", "iso")?.ms;
    if (timeMs === undefined) throw badFile(file, line, `"${cells[timeAt]}" is no time`);
    timesMs[row++] = timeMs;
    const interpolated = cells[interpolatedAt] ?? "";
    if (interpolated === "") continue;
    for (const { name, site, quantity } of wanted) {
      if (interpolated.includes(name)) found.add(site, quantity, "estimated", "keep", timeMs);
    }
  }
  const numbers = numbersOf(
    table,
    wanted.map(({ column }) => column),
    WH_PER_KWH,
  );
  const series = wanted.map(
    ({ site, quantity }, index): RawSeries => ({
      site,
      quantity,
      kind: "register",
      timesMs,
      valuesWh: numbers[index] as Float64Array,
    }),
  );
  const metered = new Set(series.filter(({ quantity }) => quantity === "import").map(({ site }) => site));
  const complete = series.filter(({ site }) => metered.has(site));
  requireSites(source, complete, homes);
  return {
    name: basename(file).replace(/\.csv$/i, ""),
    format: "opsd",
    path: source.path,
    grid: commonGrid(complete, usualStepMs(timesMs) ?? 1),
    series: complete,
    assumptions: assumptionsOf(complete),
  };
}
