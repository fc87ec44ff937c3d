import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { CommonwattError, type Hex, isCommonwattError, messageOf } from "@commonwatt/vpp-core";
import { Type } from "typebox";
import { Value } from "typebox/value";
import type { PlantSnapshot } from "../models/home-plant.ts";

/** The saved plants of a street, by home. */
export type PlantSnapshots = Readonly<Record<string, PlantSnapshot>>;

const Energy = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const PlantFile = Type.Object({
  /** Hash of the street, so that no home wakes up with another one's meter. */
  street: Type.String(),
  plants: Type.Record(
    Type.String(),
    Type.Object({
      timeMs: Energy,
      storedMillijoules: Energy,
      gridImportMillijoules: Energy,
      gridExportMillijoules: Energy,
      pvMillijoules: Energy,
    }),
  ),
});

/** Writes all of it or nothing: a reader, or a crash, meets the old file or the new one. */
export async function savePlants(path: string, street: Hex, plants: PlantSnapshots): Promise<void> {
  const newPath = `${path}.new`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(newPath, JSON.stringify({ street, plants }), { flush: true });
  await rename(newPath, path);
}

/**
 * Reads what {@link savePlants} wrote; empty when there is no file.
 * @throws CommonwattError `STREET_STATE_UNREADABLE` for anything but a file of plants,
 * `STREET_STATE_FOREIGN` when it belongs to another street.
 */
export async function loadPlants(path: string, street: Hex): Promise<PlantSnapshots> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return {};
    throw unreadable(path, error);
  }
  const content = parse(path, text);
  if (!Value.Check(PlantFile, content)) throw unreadable(path, "it does not hold the state of plants");
  if (content.street !== street) {
    throw new CommonwattError(
      "STREET_STATE_FOREIGN",
      `${path} belongs to a street with another seed or another number of homes`,
      { details: { path, found: content.street, wanted: street } },
    );
  }
  return content.plants;
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, cause: unknown): CommonwattError {
  if (isCommonwattError(cause)) return cause;
  const why = typeof cause === "string" ? cause : messageOf(cause);
  return new CommonwattError("STREET_STATE_UNREADABLE", `${path} cannot be read: ${why}`, {
    details: { path },
    cause,
  });
}
