import { randomUUID } from "node:crypto";
import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { CommonwattError } from "@commonwatt/vpp-core";
import { type JournalFiles, listFiles } from "./journal-files.ts";
import { lockJournal } from "./journal-lock.ts";
import { createRing } from "./journal-ring.ts";
import { type JournalWriter, sharedWriter } from "./journal-writer.ts";
import { type OwnJournal, ownJournal } from "./own-journal.ts";
import { type JournalContent, type JournalReader, readFiles } from "./read-journal.ts";
import { JOURNAL_VERSION, type JournalAbout } from "./segment-format.ts";
import { linkWriter } from "./writer-link.ts";

/** A journal that takes records. */
export type Journal = OwnJournal;

/** How a journal is kept. */
export interface JournalOptions {
  /** The ring holds 2 to this power Int32; 20 is 4 MiB. */
  readonly ringSizeBits?: number;
  /** Length from which the next batch begins a new file, in bytes. */
  readonly segmentBytesMax?: number;
  /** The thread that writes; the process's own when left out. */
  readonly writer?: JournalWriter;
}

/** A journal that was opened, and what it held. */
export interface OpenJournal extends JournalContent {
  readonly about: JournalAbout;
  readonly journal: Journal;
}

/** 4 MiB, some 280,000 commands: more than come in while a disk makes one wait. */
const RING_SIZE_BITS = 20;
const SEGMENT_BYTES_MAX = 64 * 2 ** 20;

/**
 * Opens the journal of a folder for writing, both of which are made when missing, and shows its records. A
 * torn tail is cut off. A journal of an earlier version is read, stays as it is, and is gone on with in this format.
 * @param readerOf - told what files there are, once the folder is locked.
 * @throws CommonwattError `JOURNAL_LOCKED`, `JOURNAL_CORRUPT`, `JOURNAL_UNREADABLE`, `JOURNAL_WRONG_FORMAT`,
 *   `JOURNAL_WRONG_COMMUNITY`, `JOURNAL_WRITE_FAILED`.
 */
export async function openJournal(
  directory: string,
  about: Omit<JournalAbout, "instance">,
  readerOf: (files: JournalFiles) => Promise<JournalReader>,
  options: JournalOptions = {},
): Promise<OpenJournal> {
  await mkdir(directory, { recursive: true });
  const lock = await lockJournal(directory);
  try {
    const files = await listFiles(directory);
    await Promise.all(files.drafts.map((name) => rm(join(directory, name), { force: true })));
    const reader = await readerOf(files);
    const content = await readFiles(directory, files, {
      from: reader.from,
      start(found) {
        assertSame(directory, about, found);
        return reader.start(found);
      },
    });
    if (content.lastSegment !== null && content.tornBytes > 0)
      await cut(join(directory, content.lastSegment.name), content.lastSegment.wholeBytes);
    // A segment of an earlier version never grows: a new one follows it.
    const segment = content.lastSegment?.version === JOURNAL_VERSION ? content.lastSegment : null;
    const { writer = sharedWriter(), ringSizeBits = RING_SIZE_BITS } = options;
    const ring = createRing(ringSizeBits, content.lastSequence, writer.bell);
    const task = {
      directory,
      about: content.lastSegment?.about ?? { ...about, instance: randomUUID() },
      words: ring.words,
      state: ring.state,
      sequence: content.lastSequence,
      segment: segment?.name ?? null,
      bytes: segment?.wholeBytes ?? 0,
      segmentBytesMax: options.segmentBytesMax ?? SEGMENT_BYTES_MAX,
    };
    const journal = ownJournal(ring, directory, await linkWriter(ring, task, writer), lock);
    return { ...content, about: task.about, journal };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function assertSame(
  directory: string,
  { community, content }: Omit<JournalAbout, "instance">,
  found: JournalAbout,
): void {
  if (found.community !== community) {
    const message = `the journal in ${directory} is of ${found.community}, not of ${community}`;
    const details = { directory, community, found: found.community };
    throw new CommonwattError("JOURNAL_WRONG_COMMUNITY", message, { details });
  }
  if (found.content !== content) {
    const message = `the journal in ${directory} holds ${found.content}, not ${content}`;
    const details = { directory, content, found: found.content };
    throw new CommonwattError("JOURNAL_WRONG_FORMAT", message, { details });
  }
}

async function cut(file: string, bytes: number): Promise<void> {
  const handle = await open(file, "r+");
  try {
    await handle.truncate(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
