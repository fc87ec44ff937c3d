import { stat } from "node:fs/promises";
import { join } from "node:path";
import { CommonwattError } from "@commonwatt/vpp-core";
import { readAusgrid } from "./ausgrid.ts";
import { readCityLearn } from "./citylearn.ts";
import { readColumns } from "./columns.ts";
import { collectFindings } from "./data-report.ts";
import { type DataRules, DEFAULT_RULES } from "./data-rules.ts";
import { cleanDataSet, type DataSet, type RawDataSet } from "./data-set.ts";
import type { DataFormat, DataSource, Importing } from "./data-source.ts";
import { readHomeAssistant } from "./home-assistant.ts";
import { readIeeeEuropeanLv } from "./ieee-european-lv.ts";
import { readOpsd } from "./opsd.ts";
import { beginningOf, csvFilesIn, namesIn } from "./read-file.ts";

const IMPORTERS: Readonly<Record<DataFormat, (importing: Importing) => Promise<RawDataSet>>> = {
  citylearn: readCityLearn,
  "ieee-european-lv": readIeeeEuropeanLv,
  ausgrid: readAusgrid,
  opsd: readOpsd,
  "home-assistant": readHomeAssistant,
  csv: (importing) => readColumns("csv", importing),
  parquet: (importing) => readColumns("parquet", importing),
};

/** What files say which format they are in. */
const SIGNS: readonly { readonly format: DataFormat; readonly sign: string; readonly isIn: Sign }[] = [
  { format: "citylearn", sign: "schema.json", isIn: ({ names }) => names.includes("schema.json") },
  {
    format: "ieee-european-lv",
    sign: "Loads.txt and LoadShapes.txt",
    isIn: ({ names }) => names.includes("Loads.txt") && names.includes("LoadShapes.txt"),
  },
  {
    format: "ausgrid",
    sign: "a CSV file with a column Consumption Category",
    isIn: ({ csv }) => csv.includes("Consumption Category"),
  },
  {
    format: "opsd",
    sign: "a CSV file with columns utc_timestamp and DE_KN_…",
    isIn: ({ csv }) => csv.includes("utc_timestamp") && /[A-Z]{2}_[A-Z]+_[a-z]+\d+_/.test(csv),
  },
  {
    format: "home-assistant",
    sign: "a CSV file that begins with entity_id,type,unit or has a column statistic_id",
    isIn: ({ csv }) => /^\uFEFF?entity_id,type,unit/.test(csv) || /\bstatistic_id\b/.test(csv),
  },
];

type Sign = (beside: { readonly names: readonly string[]; readonly csv: string }) => boolean;

/** The names in a folder, and the beginning of its first CSV file, also one folder deeper. */
async function signsOf(path: string): Promise<{ names: readonly string[]; csv: string }> {
  if (!(await stat(path).catch(() => null))?.isDirectory())
    return { names: [], csv: await beginningOf(path) };
  const names = await namesIn(path);
  for (const folder of [path, ...names.map((name) => join(path, name))]) {
    const [file] = await csvFilesIn(folder).catch(() => []);
    if (file !== undefined && /\.(csv|tsv)$/i.test(file)) return { names, csv: await beginningOf(file) };
  }
  return { names, csv: "" };
}

async function formatOf(path: string): Promise<DataFormat> {
  const signs = await signsOf(path);
  const known = SIGNS.find(({ isIn }) => isIn(signs));
  if (known !== undefined) return known.format;
  const formats = SIGNS.map(({ format, sign }) => `${format} (${sign})`).join(", ");
  throw new CommonwattError(
    "IMPORT_FORMAT_UNKNOWN",
    `${path}: it is in none of the formats that show themselves: ${formats}; csv and parquet have to be named`,
    { details: { path } },
  );
}

/**
 * Reads measured data and cleans it by rules; the report of what was found is in the result.
 * @throws CommonwattError `IMPORT_…`: the file cannot be read, its format is not known, a line is not what the
 *   format says, a home is not there, the homes share no time, or a rule says `reject`.
 */
export async function readData(source: DataSource, rules: Partial<DataRules> = {}): Promise<DataSet> {
  const importing = { source, rules: { ...DEFAULT_RULES, ...rules }, found: collectFindings() };
  const format = source.format ?? (await formatOf(source.path));
  return cleanDataSet(await IMPORTERS[format](importing), importing);
}

/** Reads measured data of a format that shows itself. See {@link readData}. */
export async function readDataFolder(path: string, rules: Partial<DataRules> = {}): Promise<DataSet> {
  return await readData({ path }, rules);
}
