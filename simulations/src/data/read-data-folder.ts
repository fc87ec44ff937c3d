import { CommonwattError } from "@commonwatt/vpp-core";
import { readCityLearn } from "./citylearn.ts";
import { type DataRules, DEFAULT_RULES } from "./data-rules.ts";
import { cleanDataSet, type DataSet, type RawDataSet } from "./data-set.ts";
import { namesIn } from "./read-file.ts";

/** A format that a folder can be in, known by the files in it. */
interface FolderFormat {
  readonly name: string;
  /** What it is known by, for a message. */
  readonly sign: string;
  isIn(names: readonly string[]): boolean;
  read(folder: string): Promise<RawDataSet>;
}

const FORMATS: readonly FolderFormat[] = [
  {
    name: "citylearn",
    sign: "schema.json",
    isIn: (names) => names.includes("schema.json"),
    read: readCityLearn,
  },
];

/**
 * Reads a folder of measured data in whatever known format it is, and cleans it by rules; the report of what
 * was found is in the result.
 * @throws CommonwattError `IMPORT_FILE_UNREADABLE`, `IMPORT_FORMAT_UNKNOWN`, `IMPORT_BAD_FILE`,
 *   `IMPORT_NO_DATA`, `IMPORT_REJECTED`.
 */
export async function readDataFolder(folder: string, rules: Partial<DataRules> = {}): Promise<DataSet> {
  const names = await namesIn(folder);
  const format = FORMATS.find(({ isIn }) => isIn(names));
  if (format === undefined) {
    const known = FORMATS.map(({ name, sign }) => `${name} (${sign})`).join(", ");
    throw new CommonwattError(
      "IMPORT_FORMAT_UNKNOWN",
      `${folder}: no known format; a folder is known by a file in it: ${known}`,
      { details: { folder } },
    );
  }
  return cleanDataSet(await format.read(folder), { ...DEFAULT_RULES, ...rules });
}
