import { rm } from "node:fs/promises";
import { join } from "node:path";
import { listFiles } from "../journal/journal-files.ts";

/** Snapshots that are kept: were the newest ever damaged, the one before it still leads to the same state. */
const SNAPSHOTS_KEPT = 2;

/**
 * Removes what a folder needs no more: snapshots but for the newest two, and segments that end before the
 * older of these. Every snapshot was read back before this is called. Answers how many files it removed.
 */
export async function compactJournal(directory: string): Promise<number> {
  const { segments, snapshots } = await listFiles(directory);
  const [oldest] = snapshots.slice(-SNAPSHOTS_KEPT);
  if (oldest === undefined || snapshots.length < SNAPSHOTS_KEPT) return 0;
  const spent = [
    ...snapshots.filter(({ sequence }) => sequence < oldest.sequence),
    // A segment ends where the next begins; the last one is being written.
    ...segments.filter(
      (_, i) => (segments[i + 1]?.sequence ?? Number.POSITIVE_INFINITY) <= oldest.sequence + 1,
    ),
  ];
  // Oldest first: whenever this is cut short, what is left has no hole.
  for (const { name } of spent) await rm(join(directory, name), { force: true });
  return spent.length;
}
