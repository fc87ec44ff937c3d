import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CommonwattError } from "@commonwatt/vpp-core";

/** A folder that runs are written to. */
export interface RunFolder {
  readonly path: string;
  /** Writes a file whole or not at all. */
  write(name: string, content: string | Uint8Array): void;
  /** What a file says; `null` when it is not there. */
  read(name: string): string | null;
}

/** What shows that a folder is one of ours. */
const MARK = "manifest.json";

/**
 * Opens a folder for runs, and makes it where it is not there.
 * @param isOwn - whether the manifest in it is of the same inputs; a folder of others is not written over.
 * @throws CommonwattError `SIMULATION_FOLDER_FOREIGN`, `SIMULATION_FOLDER_UNUSABLE`.
 */
export function openRunFolder(path: string, isOwn: (manifest: unknown) => boolean): RunFolder {
  const folder: RunFolder = {
    path,
    write(name, content) {
      const file = join(path, name);
      try {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(`${file}.part`, content);
        renameSync(`${file}.part`, file);
      } catch (cause) {
        throw unusable(path, cause);
      }
    },
    read(name) {
      const file = join(path, name);
      return existsSync(file) ? readFileSync(file, "utf8") : null;
    },
  };
  try {
    mkdirSync(path, { recursive: true });
    if (readdirSync(path).length > 0 && !isOwn(parsed(folder.read(MARK)))) {
      throw new CommonwattError(
        "SIMULATION_FOLDER_FOREIGN",
        `${path} holds something else than this run; name another folder with --out, or empty it`,
        { details: { path } },
      );
    }
  } catch (cause) {
    throw cause instanceof CommonwattError ? cause : unusable(path, cause);
  }
  return folder;
}

function parsed(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function unusable(path: string, cause: unknown): CommonwattError {
  return new CommonwattError("SIMULATION_FOLDER_UNUSABLE", `${path} can't be written to: ${cause}`, {
    cause,
    details: { path },
  });
}
