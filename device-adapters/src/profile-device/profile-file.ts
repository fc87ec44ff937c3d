import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { CommonwattError, messageOf } from "@commonwatt/vpp-core";
import { profileFaults } from "./check-profile.ts";
import { type SourcePlace, type SourcePlaces, sourcePlaces } from "./source-places.ts";

/** What is wrong with a profile, and where in its file. */
export interface FileFault {
  /** The path within the profile. */
  readonly path: string;
  readonly rule: string;
  readonly place: SourcePlace;
}

/** One profile of a file. */
export interface CheckedProfile {
  readonly value: unknown;
  /** In the order of their lines; none when it is a profile. */
  readonly faults: readonly FileFault[];
}

/** What profiles have, to be told from whatever else a module exports. */
const FIELDS = ["kind", "name", "vendor", "model", "capabilities", "wire", "registers", "points"];
const FIELDS_MIN = 2;
const NOWHERE: SourcePlaces = { placeOf: () => ({ line: 1, column: 1, path: null }) };

/**
 * Loads the profiles that a TypeScript or JavaScript module exports, or the one that a JSON file is, and checks
 * them. A module is run for that.
 * @throws CommonwattError `PROFILE_FILE_UNREADABLE` or `PROFILE_FILE_EMPTY`.
 */
export async function checkProfileFile(file: string): Promise<readonly CheckedProfile[]> {
  const language = extname(file) === ".json" ? "json" : "module";
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw unreadable(`${file}: ${messageOf(cause)}`, cause);
  });
  const places = parsed(text, language);
  const exported = await load(file, text, language).catch((cause: unknown) => {
    const line = places instanceof SyntaxError ? `:${lineOf(places)}` : "";
    throw unreadable(`${file}${line}: ${messageOf(cause)}`, cause);
  });
  if (exported.size === 0) {
    const message = `${file} ${language === "json" ? "holds" : "exports"} no profile: an object with kind, name, …`;
    throw new CommonwattError("PROFILE_FILE_EMPTY", message, { details: { file } });
  }
  const source = places instanceof SyntaxError ? NOWHERE : places;
  return [...exported].map(([value, name]) => ({
    value,
    faults: profileFaults(value)
      .map((fault) => ({ ...fault, place: source.placeOf(name, fault.path) }))
      .sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column),
  }));
}

function unreadable(message: string, cause: unknown): CommonwattError {
  return new CommonwattError("PROFILE_FILE_UNREADABLE", message, { cause });
}

/** Parsers say where they stopped. */
function lineOf(error: SyntaxError & { readonly loc?: { readonly line: number } }): number {
  return error.loc?.line ?? 1;
}

function parsed(text: string, language: "json" | "module"): SourcePlaces | SyntaxError {
  try {
    return sourcePlaces(text, language);
  } catch (error) {
    if (error instanceof SyntaxError) return error;
    throw error;
  }
}

/** Each profile with the name it is exported by; one exported twice counts once. */
async function load(
  file: string,
  text: string,
  language: "json" | "module",
): Promise<ReadonlyMap<unknown, string>> {
  if (language === "json") {
    const value: unknown = JSON.parse(text);
    return new Map(isObject(value) ? [[value, "default"]] : []);
  }
  const module: Record<string, unknown> = await import(/* @vite-ignore */ pathToFileURL(resolve(file)).href);
  const profiles = new Map<unknown, string>();
  for (const [name, value] of Object.entries(module)) {
    if (isObject(value) && FIELDS.filter((field) => field in value).length >= FIELDS_MIN) {
      if (!profiles.has(value)) profiles.set(value, name);
    }
  }
  return profiles;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
