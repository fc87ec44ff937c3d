import { open, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
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

/**
 * The CSV files of a folder, sorted; a file stands for itself.
 * @throws CommonwattError `IMPORT_FILE_UNREADABLE`, also for a folder without one.
 */
export async function csvFilesIn(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (!found.isDirectory()) return [path];
  const files = (await namesIn(path))
    .filter((name) => /\.(csv|tsv)$/i.test(name))
    .map((name) => join(path, name));
  if (files.length === 0) throw unreadable(path, "there is no CSV file in it");
  return files;
}

/**
 * The first bytes of a file, as text.
 * @throws CommonwattError `IMPORT_FILE_UNREADABLE`.
 */
export async function beginningOf(path: string): Promise<string> {
  const buffer = Buffer.alloc(2_048);
  try {
    await using file = await open(path);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } catch (error) {
    throw unreadable(path, error);
  }
}
