import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CommonwattError, type Hex, messageOf } from "@commonwatt/vpp-core";
import { type BatchArchive, hashArchive } from "../batch/batch-archive.ts";

/** How long a source may take for one archive, and how many bytes of it are read at most. */
const FETCH_TIMEOUT_MS = 30_000;
const ARCHIVE_BYTES_MAX = 512 * 1_024 * 1_024;

/** Somebody who may have archives: the operator's API, or a folder. */
export interface BatchSource {
  readonly name: string;
  /** What it has for a batch, sound or not; `null` when it has nothing. */
  archive(number: number, archiveHash: Hex): Promise<unknown>;
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
    async archive(number) {
      const url = new URL(`/v1/settlement/batches/${number}/archive`, baseUrl);
      const reply = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
      if (reply.status === 404) return null;
      if (!reply.ok) throw new Error(`status ${reply.status}`);
      return JSON.parse(await boundedText(reply));
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
    async archive(_number, archiveHash) {
      try {
        return JSON.parse(await readFile(join(path, `${archiveHash}.json`), "utf8"));
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
        throw error;
      }
    },
  };
}

/** Keeps an archive in a folder, by its hash. */
export async function keepArchive(path: string, archiveHash: Hex, archive: BatchArchive): Promise<void> {
  const file = join(path, `${archiveHash}.json`);
  try {
    await mkdir(path, { recursive: true });
    await writeFile(`${file}.new`, JSON.stringify(archive));
    await rename(`${file}.new`, file);
  } catch (cause) {
    throw new CommonwattError("WATCH_COPY_FAILED", `${file} can't be written: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** Asks each source for an archive until one gives the very one that the header names. */
export async function findArchive(
  sources: readonly BatchSource[],
  number: number,
  archiveHash: Hex,
): Promise<FoundArchive> {
  const reasons: string[] = [];
  for (const source of sources) {
    try {
      const given = await source.archive(number, archiveHash);
      if (given === null) reasons.push(`${source.name} has no archive of batch ${number}`);
      else if (isArchive(given, archiveHash)) return { archive: given, from: source.name };
      else reasons.push(`what ${source.name} gives as batch ${number} is not what was committed`);
    } catch (error) {
      reasons.push(`${source.name} does not answer: ${messageOf(error)}`);
    }
  }
  return { archive: null, why: reasons.join("; ") };
}

/** Whether something is the archive with a hash; what is in it is another question. */
function isArchive(given: unknown, archiveHash: Hex): given is BatchArchive {
  return hashArchive(given as BatchArchive) === archiveHash;
}
