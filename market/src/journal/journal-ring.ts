import { RECORD } from "./segment-format.ts";
import { ringIfAsleep, type WriterBell } from "./writer-bell.ts";

const { LONG, TYPE_SHIFT, WORDS_SHIFT } = RECORD;

/** Words that both threads read and write atomically. */
export const RING_STATE = {
  /** Place up to which records are ready to be written; set by the owner of the journal. */
  READY: 0,
  /** Place up to which records are on the disk; set by the writer. */
  DURABLE: 1,
  /** Low word of the sequence of the last record on the disk; set by the writer. */
  DURABLE_SEQUENCE: 2,
  /** 1 once a write has failed: nothing more goes to the disk. Set by the writer. */
  FAILED: 3,
  /** 1 while the owner waits for a message about the next write; taken back by the writer. */
  WAITING: 4,
  LENGTH: 8,
} as const;

const { DURABLE, LENGTH, READY } = RING_STATE;

/** Int32 that a command may take: a head and at most six fields, and a seal after it. */
const COMMAND_WORDS_MAX = 1 + 6 + 3;
/** Int32 after which records are made ready without being asked for. */
const READY_EVERY = 2_048;

/**
 * Records on their way to the disk, in memory that two threads share. One thread puts records in, another
 * takes them out; a place counts up in Int32 words and comes round, and its low bits are an index.
 */
export interface JournalRing {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly mask: number;
  readonly state: Int32Array<SharedArrayBuffer>;
  readonly bell: WriterBell;
  /** Where the next record goes. */
  head: number;
  /** `READY` as it was set last. */
  ready: number;
  /** `DURABLE` as it was read last: what lies before it is free. */
  durable: number;
  /** Sequence of the last record put in. */
  sequence: number;
}

/** Makes a ring of `2 ** sizeBits` words for records that follow `sequence`. */
export function createRing(sizeBits: number, sequence: number, bell: WriterBell): JournalRing {
  const state = new Int32Array(new SharedArrayBuffer(LENGTH * 4));
  state[RING_STATE.DURABLE_SEQUENCE] = sequence | 0;
  const words = new Int32Array(new SharedArrayBuffer(4 * 2 ** sizeBits));
  return { words, mask: 2 ** sizeBits - 1, state, bell, head: 0, ready: 0, durable: 0, sequence };
}

/** Whether a record of a command fits now. */
export function hasCommandRoom(ring: JournalRing): boolean {
  return (
    ((ring.head - ring.durable) | 0) + COMMAND_WORDS_MAX <= ring.mask + 1 || hasRoom(ring, COMMAND_WORDS_MAX)
  );
}

/** Whether so many more words fit, after a look at what has become free. */
function hasRoom(ring: JournalRing, words: number): boolean {
  ring.durable = Atomics.load(ring.state, DURABLE);
  return ((ring.head - ring.durable) | 0) + words <= ring.mask + 1;
}

/** The head of a record whose fields are `count` words and a small one. */
export function recordHead(type: number, count: number, small: number): number {
  return (type << TYPE_SHIFT) | (count << WORDS_SHIFT) | small;
}

/** Puts in a record of a head and `count` words, of which there are at most four; there must be room for it. */
export function putShort(
  ring: JournalRing,
  first: number,
  count: number,
  a: number,
  b: number,
  c: number,
  d: number,
): void {
  const { words, mask, head } = ring;
  words[head & mask] = first;
  // All four are written, whatever the count: what lies behind the record is free, and a branch costs more.
  words[(head + 1) & mask] = a;
  words[(head + 2) & mask] = b;
  words[(head + 3) & mask] = c;
  words[(head + 4) & mask] = d;
  endRecord(ring, (head + 1 + count) | 0);
}

/** Puts in a record of any words, fewer than 15; there must be room for it. */
export function putWords(ring: JournalRing, type: number, fields: readonly number[]): void {
  const { words, mask, head } = ring;
  words[head & mask] = recordHead(type, fields.length, 0);
  for (const [i, field] of fields.entries()) words[(head + 1 + i) & mask] = field;
  endRecord(ring, (head + 1 + fields.length) | 0);
}

function endRecord(ring: JournalRing, head: number): void {
  ring.sequence++;
  ring.head = head;
  if (((head - ring.ready) | 0) > READY_EVERY) makeReady(ring);
}

/** Words of a long record before its payload: head and length. */
const LONG_HEAD_WORDS = 2;

/** Whether a record with a payload of so many bytes fits now. */
export function hasBytesRoom(ring: JournalRing, bytes: number): boolean {
  return hasRoom(ring, LONG_HEAD_WORDS + Math.ceil(bytes / 4));
}

/** The longest payload that ever fits, in bytes. */
export function payloadBytesMax({ mask }: JournalRing): number {
  return (mask + 1 - LONG_HEAD_WORDS) * 4;
}

/** Puts in a record with any payload; there must be room for it. */
export function putBytes(ring: JournalRing, type: number, payload: Uint8Array): void {
  const { words, mask, head } = ring;
  words[head & mask] = recordHead(type, LONG, 0);
  words[(head + 1) & mask] = payload.length;
  const payloadWords = Math.ceil(payload.length / 4);
  // Zeros behind a payload that ends inside a word.
  if (payloadWords > 0) words[(head + LONG_HEAD_WORDS + payloadWords - 1) & mask] = 0;
  const ringBytes = new Uint8Array(words.buffer);
  const at = ((head + LONG_HEAD_WORDS) & mask) * 4;
  const first = Math.min(payload.length, ringBytes.length - at);
  ringBytes.set(payload.subarray(0, first), at);
  ringBytes.set(payload.subarray(first), 0);
  ring.sequence++;
  ring.head = (head + LONG_HEAD_WORDS + payloadWords) | 0;
}

/** Hands all records that were put in to the writer, and wakes it when it sleeps. */
export function makeReady(ring: JournalRing): void {
  if (ring.ready === ring.head) return;
  ring.ready = ring.head;
  Atomics.store(ring.state, READY, ring.head);
  ringIfAsleep(ring.bell);
}

/** Sequence of the last record that is on the disk. */
export function durableSequence({ state, sequence }: JournalRing): number {
  // What is under way is always less than 2^32 records, so the low word tells.
  return sequence - (((sequence | 0) - Atomics.load(state, RING_STATE.DURABLE_SEQUENCE)) >>> 0);
}
