import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { commandLineOf, isAlive } from "./process-inspection.ts";

/** Whether the process that wrote a lock file is still there. `name` must be part of its command line. */
function holderOf(path: string, name: string): number | null {
  let pid: number;
  try {
    pid = Number.parseInt(readFileSync(path, "utf8"), 10);
  } catch {
    return null;
  }
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return null;
  if (!isAlive(pid)) return null;
  // Where the system does not tell what runs there, the id alone must do.
  return commandLineOf(pid)?.includes(name) === false ? null : pid;
}

/** A file that names the process that may use what it guards. */
export interface LockFile {
  /** The process that holds it now, or `null`. A process that is gone holds nothing, however it ended. */
  holder(): number | null;
  /** Takes the lock for a process; the caller has seen that nobody holds it. */
  take(pid: number): void;
  release(): void;
}

/** A lock in the file `path`, held by processes with `name` in their command line. */
export function lockFile(path: string, name: string): LockFile {
  return {
    holder: () => holderOf(path, name),
    take: (pid) => writeFileSync(path, `${pid}\n`),
    release: () => rmSync(path, { force: true }),
  };
}
