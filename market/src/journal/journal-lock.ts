import { randomUUID } from "node:crypto";
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CommonwattError, isAlive } from "@commonwatt/vpp-core";

/** The right to write a journal. */
export interface JournalLock {
  release(): Promise<void>;
}

/** Every writer, and everyone who wants to become one, has a file of its own of this name and a unique end. */
const LOCK_PREFIX = "market.lock.";

/**
 * Takes the lock of a journal folder: puts down a lock file of one's own, then looks for others. Of two who
 * do this at once at least one sees the other and goes back, so there are never two writers (there may be
 * none: both may try again). Nobody ever touches a file of a living process but its owner.
 *
 * A lock file names its process by id, start time and boot, so that the lock of a killed process is known
 * for stale even when its id went to another process since. Where `/proc` is missing (not Linux) the id
 * alone must do, and a reused id keeps the lock until somebody removes the file. It keeps out processes of
 * one machine, not of two machines on a shared disk.
 * @throws CommonwattError `JOURNAL_LOCKED`, retryable, when another writer is alive.
 */
export async function lockJournal(directory: string): Promise<JournalLock> {
  const name = `${LOCK_PREFIX}${randomUUID()}`;
  const own = join(directory, name);
  const release = (): Promise<void> => rm(own, { force: true });
  // Renamed into place, so that nobody ever reads half a lock.
  const draft = join(directory, `.new.${name}`);
  await writeFile(draft, JSON.stringify(await holderOf(process.pid)), { flush: true });
  await rename(draft, own);
  const others = (await readdir(directory)).filter((file) => file.startsWith(LOCK_PREFIX) && file !== name);
  for (const other of others) {
    const holder = await readHolder(join(directory, other));
    if (holder !== null && (await stillHolds(holder))) {
      await release();
      throw locked(directory, holder.processId);
    }
  }
  await Promise.all(others.map((other) => rm(join(directory, other), { force: true })));
  return { release };
}

interface LockHolder {
  readonly processId: number;
  /** Boot and start time of the process; `null` where the system does not tell. */
  readonly startedAt: string | null;
}

async function holderOf(processId: number): Promise<LockHolder> {
  return { processId, startedAt: (await processStat(processId))?.startedAt ?? null };
}

/** What the system says of a process; `null` where it says nothing (not Linux, or no such process). */
async function processStat(processId: number): Promise<{ state: string; startedAt: string } | null> {
  try {
    const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    const stat = await readFile(`/proc/${processId}/stat`, "utf8");
    // Field 2 is the command in brackets and may itself hold spaces; 3 is the state, 22 the start time.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "", startedAt: `${boot}/${fields[19]}` };
  } catch {
    return null;
  }
}

async function stillHolds(holder: LockHolder): Promise<boolean> {
  if (!isAlive(holder.processId)) return false;
  const stat = await processStat(holder.processId);
  // A zombie has ended and writes nothing any more, though its parent has not noticed yet.
  if (stat?.state === "Z") return false;
  return holder.startedAt === null || stat === null || holder.startedAt === stat.startedAt;
}

/** Who holds the lock; `null` when it is gone or says nothing sensible (then it is stale). */
async function readHolder(file: string): Promise<LockHolder | null> {
  try {
    const holder: unknown = JSON.parse(await readFile(file, "utf8"));
    const isHolder =
      typeof holder === "object" &&
      holder !== null &&
      "processId" in holder &&
      typeof holder.processId === "number" &&
      Number.isSafeInteger(holder.processId) &&
      holder.processId > 0;
    return isHolder ? (holder as LockHolder) : null;
  } catch {
    return null;
  }
}

function locked(directory: string, processId: number): CommonwattError {
  const message = `process ${processId} is writing the journal in ${directory}`;
  return new CommonwattError("JOURNAL_LOCKED", message, {
    details: { directory, processId },
    retryable: true,
  });
}
