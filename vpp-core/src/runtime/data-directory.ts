import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { CommonwattError, messageOf } from "../errors/commonwatt-error.ts";
import { lockFile } from "../process/lock-file.ts";

/** A folder that one run has for itself. */
export interface DataDirectory {
  readonly path: string;
  /** A folder within it, made when it is not there. */
  folder(name: string): string;
  /** Lets go of the folder; a temporary one is removed. */
  close(): void;
}

/**
 * Opens the folder for everything that survives a restart, or a temporary one when no path is given.
 * @throws CommonwattError `DATA_DIRECTORY_LOCKED` when another run uses it, `DATA_DIRECTORY_UNUSABLE`.
 */
export function openDataDirectory(path: string | null): DataDirectory {
  const root = path === null ? mkdtempSync(join(tmpdir(), "commonwatt-")) : resolve(path);
  usable(root, () => mkdirSync(root, { recursive: true }));
  const lock = lockFile(join(root, "run.pid"), "commonwatt");
  const holder = lock.holder();
  if (holder !== null) {
    throw new CommonwattError("DATA_DIRECTORY_LOCKED", `${root} is in use by process ${holder}`, {
      details: { path: root, processId: holder },
    });
  }
  usable(root, () => lock.take(process.pid));
  return {
    path: root,
    folder(name) {
      const folder = join(root, name);
      mkdirSync(folder, { recursive: true });
      return folder;
    },
    close() {
      lock.release();
      if (path === null) rmSync(root, { recursive: true, force: true });
    },
  };
}

function usable(root: string, use: () => void): void {
  try {
    use();
  } catch (cause) {
    throw new CommonwattError("DATA_DIRECTORY_UNUSABLE", `cannot use ${root}: ${messageOf(cause)}`, {
      details: { path: root },
      cause,
    });
  }
}
