import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CommonwattError, type Hex, messageOf } from "@commonwatt/vpp-core";
import { archiveText, type BatchArchive, hashArchive, hashText } from "../batch/batch-archive.ts";
import { openOnce } from "../proofs/open-once.ts";

/** How long a source may take for one archive, and how many bytes of it are read at most: those of 25,000 homes. */
const FETCH_TIMEOUT_MS = 30_000;
const ARCHIVE_BYTES_MAX = 64 * 1_024 * 1_024;
/** For each list, object and field an archive has more characters than this. */
const CHARACTERS_PER_PART = 8;

/** Somebody who may have archives: the operator's API, or a folder. */
export interface BatchSource {
  readonly name: string;
  /** What it has under an archive's hash, sound or not, as a text; `null` when it has nothing. */
  archive(archiveHash: Hex): Promise<string | null>;
}

/** An archive that somebody gave, or why nobody did. */
export type FoundArchive =
  | { readonly archive: BatchArchive; readonly from: string }
  | { readonly archive: null; readonly why: string };

/** A source by its address or path. */
export function sourceAt(place: string): BatchSource {
  return /^https?:\/\//.test(place) ? apiSource(place) : folderSource(place);
}

function apiSource(baseUrl: string): BatchSource {
  return {
    name: URL.parse(baseUrl)?.host ?? baseUrl,
    async archive(archiveHash) {
      const url = new URL(`/v1/settlement/archives/${archiveHash}`, baseUrl);
      const reply = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
      if (reply.status === 404) return null;
      if (!reply.ok) throw new Error(`status ${reply.status}`);
      return boundedText(reply);
    },
  };
}

async function boundedText(reply: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of reply.body ?? []) {
    length += chunk.length;
    if (length > ARCHIVE_BYTES_MAX) throw new Error("more than any archive can be");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** A folder in which each archive is a file named by its hash. */
export function folderSource(path: string): BatchSource {
  return {
    name: path,
    async archive(archiveHash) {
      try {
        return await readFile(join(path, `${archiveHash}.json`), "utf8");
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
        throw error;
      }
    },
  };
}

/** Keeps an archive in a folder, by its hash, which is the file's SHA-256. */
export async function keepArchive(path: string, archiveHash: Hex, archive: BatchArchive): Promise<void> {
  const file = join(path, `${archiveHash}.json`);
  try {
    await mkdir(path, { recursive: true });
    await writeFile(`${file}.new`, archiveText(archive));
    await rename(`${file}.new`, file);
  } catch (cause) {
    throw new CommonwattError("WATCH_COPY_FAILED", `${file} can't be written: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/**
 * Asks each source for the archive that a header names until one gives it. Nothing else will do, however much it
 * looks like the batch: what the header names is then as good as withheld. So it is when it can't be read.
 */
export async function findArchive(sources: readonly BatchSource[], archiveHash: Hex): Promise<FoundArchive> {
  const reasons: string[] = [];
  for (const source of sources) {
    try {
      const given = await source.archive(archiveHash);
      const archive = given === null ? null : archiveIn(given, archiveHash);
      if (given === null) reasons.push(`${source.name} has no archive ${archiveHash}`);
      else if (archive === null) reasons.push(`what ${source.name} gives is not what was committed`);
      else {
        const why = unreadable(archive);
        if (why === null) return { archive, from: source.name };
        reasons.push(`what ${source.name} gives can't be read: ${why}`);
      }
    } catch (error) {
      reasons.push(`${source.name} does not answer: ${messageOf(error)}`);
    }
  }
  return { archive: null, why: reasons.join("; ") };
}

/** The archive with a hash in a text, be it written otherwise; `null` when it is another, or none at all. */
function archiveIn(text: string, archiveHash: Hex): BatchArchive | null {
  if (isBomb(text)) return null;
  try {
    const archive = JSON.parse(text) as BatchArchive;
    return hashText(text) === archiveHash || hashArchive(archive) === archiveHash ? archive : null;
  } catch {
    return null;
  }
}

/** Whether a text is of so many parts that to read it would take all memory, of which a program dies. */
function isBomb(text: string): boolean {
  let parts = 0;
  for (const part of ["[", "{", ":"]) {
    for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) parts += 1;
  }
  return parts > text.length / CHARACTERS_PER_PART;
}

/** Why an archive, though the right one, tells nothing, such as one of an older shape; `null` when it opens. */
function unreadable(archive: BatchArchive): string | null {
  try {
    openOnce(archive);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}
