import { join } from "node:path";
import { CommonwattError } from "@commonwatt/vpp-core";
import { type JournalFile, type JournalFiles, listFiles, VERSION_1_NAME } from "./journal-files.ts";
import { NO_SMALL_FIELD, type RecordVisitor } from "./read-records.ts";
import { corrupt, readSegment, readSegmentHead, type SegmentContent } from "./read-segment.ts";
import type { JournalAbout } from "./segment-format.ts";
import { readVersion1, type Version1Journal } from "./version-1.ts";

/** The type of a record whose payload is JSON, as all records of version 1 are. */
export const JSON_RECORD = 1;

/** What a journal of version 1 is of. */
const VERSION_1_CONTENT = "market-inputs";

/** What a journal's files amount to. */
export interface JournalContent {
  /** `null` when there is no file yet. */
  readonly about: JournalAbout | null;
  /** Sequence of the first record that is still there. */
  readonly firstSequence: number;
  /** Sequence of the last record; one below the first when there is none. */
  readonly lastSequence: number;
  /** The segment to go on with; `null` when there is none. */
  readonly lastSegment: (JournalFile & SegmentContent) | null;
  /** Length of a last batch that was never finished, hence never acknowledged. */
  readonly tornBytes: number;
}

/** Who reads a journal. */
export interface JournalReader {
  /** Sequence of the first record that is needed. Records before it may be shown, too. */
  readonly from: number;
  /** Told what the journal is of, before the first record; answers who takes the records. */
  start(about: JournalAbout): RecordVisitor;
}

/**
 * Reads a journal without touching it, and shows its records in order.
 * @throws CommonwattError `JOURNAL_CORRUPT` when something is damaged or missing, `JOURNAL_WRONG_FORMAT`,
 *   `JOURNAL_UNREADABLE`, `JOURNAL_MISSING`.
 */
export async function readJournal(directory: string, reader: JournalReader): Promise<JournalContent> {
  return readFiles(directory, await existingFiles(directory), reader);
}

/**
 * Reads what a journal is of, and no record.
 * @throws CommonwattError `JOURNAL_CORRUPT`, `JOURNAL_WRONG_FORMAT`, `JOURNAL_UNREADABLE`, `JOURNAL_MISSING`.
 */
export async function readAbout(directory: string): Promise<JournalAbout> {
  const { segments } = await existingFiles(directory);
  const [first] = segments;
  return first === undefined
    ? aboutVersion1(await readVersion1(join(directory, VERSION_1_NAME)))
    : (await readSegmentHead(join(directory, first.name))).about;
}

async function existingFiles(directory: string): Promise<JournalFiles> {
  const files = await listFiles(directory);
  if (files.hasVersion1 || files.segments.length > 0) return files;
  throw new CommonwattError("JOURNAL_MISSING", `there is no journal in ${directory}`, {
    details: { directory },
  });
}

/** Reads the files that a listing named; see {@link readJournal}. */
export async function readFiles(
  directory: string,
  files: JournalFiles,
  reader: JournalReader,
): Promise<JournalContent> {
  const old = files.hasVersion1 ? await readVersion1(join(directory, VERSION_1_NAME)) : null;
  let about: JournalAbout | null = old === null ? null : aboutVersion1(old);
  let visit = about === null ? null : reader.start(about);
  const segments = segmentsFrom(files.segments, reader.from);
  const firstSequence = old === null ? (segments[0]?.sequence ?? 1) : 1;
  if (firstSequence > reader.from)
    throw missing(directory, `begins with record ${firstSequence}, and ${reader.from} is needed`);
  let lastSequence = firstSequence - 1;
  for (const json of old?.records ?? []) visitJson(json, ++lastSequence, visit);
  let last: (JournalFile & SegmentContent) | null = null;
  for (const segment of segments) {
    const file = join(directory, segment.name);
    const isLast = segment === segments.at(-1);
    const content = await readSegment(file, isLast, (head) => {
      const isOther = last !== null && last.about.instance !== head.about.instance;
      const isHere = segment.sequence === lastSequence + 1 && head.firstSequence === segment.sequence;
      if (isOther || !isHere) throw corrupt(file, 0);
      about = head.about;
      visit ??= reader.start(about);
      return visit;
    });
    lastSequence = content.lastSequence;
    last = { ...segment, ...content };
  }
  if (lastSequence < reader.from - 1)
    throw missing(
      directory,
      `ends with record ${lastSequence}, but its snapshot knows record ${reader.from - 1}`,
    );
  return { about, firstSequence, lastSequence, lastSegment: last, tornBytes: last?.tornBytes ?? 0 };
}

/** The segments from the one that holds `from` on; all when none does. */
function segmentsFrom(segments: readonly JournalFile[], from: number): readonly JournalFile[] {
  const at = segments.findLastIndex(({ sequence }) => sequence <= from);
  return segments.slice(Math.max(at, 0));
}

function aboutVersion1({ community }: Version1Journal): JournalAbout {
  return { content: VERSION_1_CONTENT, community, rules: {}, instance: "" };
}

function visitJson(json: Buffer, sequence: number, visit: RecordVisitor | null): void {
  const words = new Int32Array(Math.ceil(json.length / 4));
  new Uint8Array(words.buffer).set(json);
  visit?.(JSON_RECORD, sequence, words, 0, json.length, NO_SMALL_FIELD);
}

function missing(directory: string, what: string): CommonwattError {
  return new CommonwattError("JOURNAL_CORRUPT", `the journal in ${directory} ${what}`, {
    details: { directory },
  });
}
