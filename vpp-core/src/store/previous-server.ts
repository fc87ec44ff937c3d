import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CommonwattError } from "../errors/commonwatt-error.ts";
import { commandLineOf, isAlive } from "../process/process-inspection.ts";
import { type Clock, durationMs, sleep } from "../time/clock.ts";
import type { ServerFiles } from "./server-files.ts";

/** How often to look whether the server before us has gone. */
const LOOK_EVERY_MS = 25;

function readProcessId(file: string): number | null {
  try {
    const processId = Number.parseInt(readFileSync(file, "utf8"), 10);
    return Number.isSafeInteger(processId) && processId > 0 ? processId : null;
  } catch {
    return null;
  }
}

function runs(processId: number | null, mark: string): processId is number {
  return processId !== null && isAlive(processId) && commandLineOf(processId)?.includes(mark) === true;
}

/** What a server that is gone has left. */
export interface Remains {
  /**
   * The id in the data's lock file when a process of something else has it by now. PostgreSQL would take
   * that one for a server; told that it is no other server, it goes on to its further checks.
   */
  readonly reusedProcessId: number | null;
}

/**
 * Waits until no server works on the data any more. One whose supervisor is alive is on its way down, or
 * belongs to another run; one whose supervisor was killed is told to stop.
 * @throws CommonwattError `STORE_START_FAILED` when it is still there at `deadlineMs`.
 */
export async function previousServerGone(
  files: ServerFiles,
  clock: Clock,
  deadlineMs: number,
): Promise<Remains> {
  let told = false;
  for (;;) {
    const server = readProcessId(join(files.data, "postmaster.pid"));
    if (!runs(server, files.data)) {
      return { reusedProcessId: server !== null && isAlive(server) ? server : null };
    }
    if (!told && !runs(readProcessId(files.supervisor), "embedded-postgres-process")) {
      // A fast shutdown, in PostgreSQL's words: sessions end, everything is written.
      process.kill(server, "SIGINT");
      told = true;
    }
    if (clock.now() > deadlineMs) {
      const message = `another run uses the database in ${files.directory} (PostgreSQL is process ${server})`;
      throw new CommonwattError("STORE_START_FAILED", message, { details: { processId: server } });
    }
    await sleep(clock, durationMs(LOOK_EVERY_MS));
  }
}
