import { closeSync, fdatasyncSync, fsyncSync, openSync, renameSync, writevSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { segmentName } from "./file-names.ts";
import { RING_STATE } from "./journal-ring.ts";
import { countRecords } from "./read-records.ts";
import { BATCH, encodeSegmentHead, type JournalAbout, writeBatchHead } from "./segment-format.ts";

const { DURABLE, DURABLE_SEQUENCE, READY } = RING_STATE;
const { END_MARK, HEAD_BYTES, TAIL_BYTES } = BATCH;

/** What a writer must know of a journal. */
export interface WriterTask {
  readonly directory: string;
  readonly about: JournalAbout;
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly state: Int32Array<SharedArrayBuffer>;
  /** Sequence of the last record on the disk. */
  readonly sequence: number;
  /** Name of the segment to go on with; `null` to begin one. */
  readonly segment: string | null;
  /** Length of that segment, in bytes. */
  readonly bytes: number;
  /** Length from which the next batch begins a new segment, in bytes. */
  readonly segmentBytesMax: number;
}

/** The writing end of a journal, in the writer's thread. */
export interface SegmentWriter {
  /** Writes what is ready as one batch. Answers whether there was anything; throws what the system throws. */
  write(): boolean;
  /** Brings what was written to the disk, and says so to the owner. */
  sync(): void;
  close(): void;
}

/** Opens the segment that a journal goes on with, or begins one. */
export function segmentWriter(task: WriterTask): SegmentWriter {
  const { directory, about, words, state, segmentBytesMax } = task;
  let { sequence, bytes } = task;
  let file = task.segment === null ? -1 : openSync(join(directory, task.segment), "a");
  if (file < 0) begin();
  const batchHead = Buffer.alloc(HEAD_BYTES);
  const batchTail = Buffer.alloc(TAIL_BYTES);
  batchTail.writeUInt32LE(END_MARK, 4);

  function begin(): void {
    if (file >= 0) closeSync(file);
    const head = encodeSegmentHead(about, sequence + 1);
    file = createSegment(directory, segmentName(sequence + 1), head);
    bytes = head.length;
  }

  let written = Atomics.load(state, DURABLE);
  return {
    write() {
      const from = Atomics.load(state, DURABLE);
      const to = Atomics.load(state, READY);
      if (from === to) return false;
      if (bytes >= segmentBytesMax) begin();
      const count = countRecords(words, from, to);
      const records = slicesOf(words, from, to);
      const recordBytes = ((to - from) | 0) * 4;
      writeBatchHead(batchHead, recordBytes, sequence + 1, count);
      batchTail.writeUInt32LE(
        records.reduce((sum, part) => crc32(part, sum), crc32(batchHead)),
        0,
      );
      writeAll(file, [batchHead, ...records, batchTail]);
      bytes += HEAD_BYTES + recordBytes + TAIL_BYTES;
      sequence += count;
      written = to;
      return true;
    },
    sync() {
      fdatasyncSync(file);
      Atomics.store(state, DURABLE_SEQUENCE, sequence | 0);
      Atomics.store(state, DURABLE, written);
      Atomics.notify(state, DURABLE);
    },
    close: () => closeSync(file),
  };
}

/** Puts a segment with its head in place as a whole, so that there is never half a head. */
function createSegment(directory: string, name: string, head: Uint8Array): number {
  const draft = join(directory, `.new.${name}`);
  const file = openSync(draft, "w");
  writeAll(file, [head]);
  fsyncSync(file);
  renameSync(draft, join(directory, name));
  closeSync(file);
  // A file's name is only durable when its folder has been synced too.
  const folder = openSync(directory, "r");
  fsyncSync(folder);
  closeSync(folder);
  return openSync(join(directory, name), "a");
}

/** The bytes from one place to another: one slice, or two when they go round the end of the ring. */
function slicesOf(words: Int32Array, from: number, to: number): readonly Uint8Array[] {
  const mask = words.length - 1;
  const bytes = new Uint8Array(words.buffer);
  const start = (from & mask) * 4;
  const end = (to & mask) * 4;
  if (start < end) return [bytes.subarray(start, end)];
  return [bytes.subarray(start), bytes.subarray(0, end)].filter((part) => part.length > 0);
}

/** Writes all of it, however little the system takes at a time. */
function writeAll(file: number, parts: readonly Uint8Array[]): void {
  let left = [...parts];
  while (left.length > 0) {
    let written = writevSync(file, left);
    while (left[0] !== undefined && written >= left[0].length) {
      written -= left[0].length;
      left = left.slice(1);
    }
    if (left[0] !== undefined) left[0] = left[0].subarray(written);
  }
}
