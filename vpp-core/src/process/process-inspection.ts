import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Whether a process with this id exists, whoever owns it. */
export function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * The command line of a process, or `null` when it is gone or the system does not tell. Ids are used again,
 * soon so in a container: only the command line says whether a process is the one that wrote its id down.
 */
export function commandLineOf(processId: number): string | null {
  try {
    return readFileSync(`/proc/${processId}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    const listed = spawnSync("ps", ["-o", "args=", "-p", String(processId)], { encoding: "utf8" });
    return listed.status === 0 ? listed.stdout.trim() : null;
  }
}
