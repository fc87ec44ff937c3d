import { readdir } from "node:fs/promises";
import { CommonwattError } from "@commonwatt/vpp-core";

const SEGMENT_NAME = /^market-(\d{16})\.journal$/;
const SNAPSHOT_NAME = /^market-(\d{16})\.snapshot$/;

/** Name of the journal of version 1: one file of JSON lines. */
export const VERSION_1_NAME = "market.journal";

/** A file of a journal, and the sequence in its name. */
export interface JournalFile {
  readonly name: string;
  readonly sequence: number;
}

/** The files of a journal's folder. */
export interface JournalFiles {
  /** By rising sequence. */
  readonly segments: readonly JournalFile[];
  /** By rising sequence. */
  readonly snapshots: readonly JournalFile[];
  readonly hasVersion1: boolean;
  /** Files that were not finished. */
  readonly drafts: readonly string[];
}

/**
 * Lists what a folder holds of a journal; nothing when there is no such folder.
 * @throws CommonwattError `JOURNAL_UNREADABLE`.
 */
export async function listFiles(directory: string): Promise<JournalFiles> {
  const names = (await namesIn(directory)).sort();
  const matching = (pattern: RegExp): readonly JournalFile[] =>
    names.flatMap((name) => {
      const digits = pattern.exec(name)?.[1];
      return digits === undefined ? [] : [{ name, sequence: Number(digits) }];
    });
  return {
    segments: matching(SEGMENT_NAME),
    snapshots: matching(SNAPSHOT_NAME),
    hasVersion1: names.includes(VERSION_1_NAME),
    drafts: names.filter((name) => name.startsWith(".new.market-")),
  };
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw new CommonwattError("JOURNAL_UNREADABLE", `the folder ${directory} cannot be read`, {
      details: { directory },
      cause: error,
    });
  }
}
