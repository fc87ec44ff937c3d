import type { BatchArchive } from "../batch/batch-archive.ts";
import { type OpenedArchive, openArchive } from "../batch/batch-leaves.ts";

const opened = new WeakMap<BatchArchive, OpenedArchive>();

/**
 * Opens an archive, and the same one only once for as long as somebody has it: a check of a batch looks into its archive
 * from several sides, and into the one before. Nobody changes an archive.
 * @throws CommonwattError `BATCH_FORMAT_UNKNOWN` for one of another shape, and whatever `openArchive` throws, each time.
 */
export function openOnce(archive: BatchArchive): OpenedArchive {
  const known = opened.get(archive) ?? openArchive(archive);
  opened.set(archive, known);
  return known;
}
