import { createHash } from "node:crypto";
import { type FileHandle, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { CommonwattError } from "@commonwatt/vpp-core";
import type { ArenaPart, ArenaSnapshot } from "../book/arena-snapshot.ts";
import type { ArenaSize } from "../book/book-arena.ts";
import { snapshotName } from "../journal/file-names.ts";
import { type JournalAbout, longOf, wordsOf } from "../journal/segment-format.ts";

/** The state of a market's books after one record of its journal. */
export interface BookSnapshot {
  readonly about: JournalAbout;
  /** Sequence of the last record in it. */
  readonly sequence: number;
  /** The state hash: of the arena, or of all that a live market knows. */
  readonly hash: string;
  /** What a live market knows beside its arena, as JSON. */
  readonly state?: string;
  readonly arena: ArenaSnapshot;
}

const MAGIC = Buffer.from("cwattsnp", "latin1");
/** Counts up whenever the format or the layout of the arena changes: older snapshots are passed over. */
const VERSION = 3;
/** Magic, version, length of the text, sequence as two words. */
const FIXED_BYTES = 24;
const DIGEST_BYTES = 32;
/** Bytes hashed and written at a time: between two of these others have their turn. */
const CHUNK_BYTES = 2 ** 20;
/** Parts begin at multiples of this, so that they can be read in place. */
const ALIGN_BYTES = 8;

type Part = readonly [name: ArenaPart, kind: "int32" | "float64", length: number];

/** What the text of a snapshot says. */
interface SnapshotText {
  readonly about: JournalAbout;
  readonly hash: string;
  readonly state?: string;
  readonly size: ArenaSize;
  readonly parts: readonly Part[];
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGN_BYTES) * ALIGN_BYTES;
}

/** Writes a snapshot into the folder of its journal; it is there as a whole, on the disk, or not at all. */
export async function writeSnapshot(directory: string, snapshot: BookSnapshot): Promise<string> {
  const { about, sequence, hash, state, arena } = snapshot;
  const entries = Object.entries(arena.parts) as [ArenaPart, Int32Array | Float64Array][];
  const parts = entries.map(
    ([name, part]): Part => [name, part instanceof Int32Array ? "int32" : "float64", part.length],
  );
  const text: SnapshotText = {
    ...{ about, hash, size: arena.size, parts },
    ...(state === undefined ? {} : { state }),
  };
  const name = snapshotName(sequence);
  const draft = join(directory, `.new.${name}`);
  const handle = await open(draft, "w");
  try {
    const sha256 = createHash("sha256");
    const put = async (bytes: Uint8Array): Promise<void> => {
      for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
        const chunk = bytes.subarray(at, at + CHUNK_BYTES);
        sha256.update(chunk);
        await writeFully(handle, chunk);
      }
    };
    await put(headOf(text, sequence));
    for (const [, part] of entries) {
      await put(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
      await put(new Uint8Array(aligned(part.byteLength) - part.byteLength));
    }
    await writeFully(handle, sha256.digest());
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, join(directory, name));
  await syncFolder(directory);
  return name;
}

async function writeFully(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
}

/** A file's name is only durable when its folder has been synced too. */
async function syncFolder(directory: string): Promise<void> {
  const folder = await open(directory, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function headOf(text: SnapshotText, sequence: number): Buffer {
  const json = Buffer.from(JSON.stringify(text));
  const head = Buffer.alloc(FIXED_BYTES + aligned(json.length), " ");
  const [low, high] = wordsOf(sequence);
  MAGIC.copy(head);
  head.writeUInt32LE(VERSION, 8);
  head.writeUInt32LE(head.length - FIXED_BYTES, 12);
  head.writeUInt32LE(low, 16);
  head.writeUInt32LE(high, 20);
  json.copy(head, FIXED_BYTES);
  return head;
}

/**
 * Reads a snapshot and proves by its digest that it is as it was written.
 * @throws CommonwattError `JOURNAL_SNAPSHOT_DAMAGED`.
 */
export async function readSnapshot(file: string): Promise<BookSnapshot> {
  const bytes = await readFile(file);
  const body = bytes.subarray(0, -DIGEST_BYTES);
  const sha256 = createHash("sha256");
  for (let at = 0; at < body.length; at += CHUNK_BYTES) {
    sha256.update(body.subarray(at, at + CHUNK_BYTES));
    await new Promise(setImmediate);
  }
  const isWhole = sha256.digest().equals(bytes.subarray(-DIGEST_BYTES));
  if (!isWhole || !body.subarray(0, 8).equals(MAGIC) || body.readUInt32LE(8) !== VERSION) {
    throw new CommonwattError("JOURNAL_SNAPSHOT_DAMAGED", `the snapshot ${file} is damaged`, {
      details: { file },
    });
  }
  const textEnd = FIXED_BYTES + body.readUInt32LE(12);
  const text = JSON.parse(body.toString("utf8", FIXED_BYTES, textEnd)) as SnapshotText;
  return {
    about: text.about,
    sequence: longOf(body.readUInt32LE(16), body.readUInt32LE(20)),
    hash: text.hash,
    ...(text.state === undefined ? {} : { state: text.state }),
    arena: { size: text.size, parts: partsOf(body, textEnd, text.parts) },
  };
}

function partsOf(body: Buffer, from: number, parts: readonly Part[]): ArenaSnapshot["parts"] {
  // A copy, since a file's bytes may begin at any address.
  const { buffer } = new Uint8Array(body);
  let at = from;
  const entries = parts.map(([name, kind, length]) => {
    const part = kind === "int32" ? new Int32Array(buffer, at, length) : new Float64Array(buffer, at, length);
    at += aligned(part.byteLength);
    return [name, part];
  });
  return Object.fromEntries(entries) as ArenaSnapshot["parts"];
}
