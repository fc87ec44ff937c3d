import { readdir, readFile } from "node:fs/promises";
import { CommonwattError, messageOf } from "@commonwatt/vpp-core";

/** The error for what cannot be read. */
function unreadable(path: string, cause: unknown): CommonwattError<"IMPORT_FILE_UNREADABLE"> {
  const isMissing = messageOf(cause).includes("ENOENT");
  return new CommonwattError(
    "IMPORT_FILE_UNREADABLE",
    `${path}: ${isMissing ? "there is no such file or folder" : messageOf(cause)}`,
    { details: { path }, cause },
  );
}

/**
 * The text of a file.
 * @throws CommonwattError `IMPORT_FILE_UNREADABLE`.
 */
export async function readText(path: string): Promise<string> {
  return await readFile(path, "utf8").catch((error: unknown) => {
    throw unreadable(path, error);
  });
}

/**
 * The names in a folder, sorted by code unit.
 * @throws CommonwattError `IMPORT_FILE_UNREADABLE`, for a file as well.
 */
export async function namesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw unreadable(folder, error);
  });
  return names.sort();
}
