import { RECORD } from "./segment-format.ts";

const { HEAD_BYTES, TYPE_SHIFT } = RECORD;
const HEAD_WORDS = HEAD_BYTES / 4;

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

/** Int32 that a command may take: a head and at most seven fields, and a seal after it. */
const COMMAND_WORDS_MAX = 2 * (HEAD_WORDS + 7);
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
  /** The bell of the writer's thread. */
  readonly bell: Int32Array<SharedArrayBuffer>;
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
export function createRing(
  sizeBits: number,
  sequence: number,
  bell: Int32Array<SharedArrayBuffer>,
): JournalRing {
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

/** Puts in a command of `count` Int32 fields; there must be room for the longest one. */
export function putCommand(
  ring: JournalRing,
  type: number,
  count: number,
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
  g: number,
): void {
  const { words, mask, head } = ring;
  const sequence = ring.sequence + 1;
  ring.sequence = sequence;
  words[head & mask] = (type << TYPE_SHIFT) | (count << 2);
  words[(head + 1) & mask] = sequence | 0;
  // All seven are written, whatever the count: what lies behind the record is free, and a branch costs more.
  words[(head + 2) & mask] = a;
  words[(head + 3) & mask] = b;
  words[(head + 4) & mask] = c;
  words[(head + 5) & mask] = d;
  words[(head + 6) & mask] = e;
  words[(head + 7) & mask] = f;
  words[(head + 8) & mask] = g;
  ring.head = (head + HEAD_WORDS + count) | 0;
  if (((ring.head - ring.ready) | 0) > READY_EVERY) makeReady(ring);
}

/** Whether a record with a payload of so many bytes fits now. */
export function hasBytesRoom(ring: JournalRing, bytes: number): boolean {
  return hasRoom(ring, HEAD_WORDS + Math.ceil(bytes / 4));
}

/** The longest payload that ever fits, in bytes. */
export function payloadBytesMax({ mask }: JournalRing): number {
  return Math.min(RECORD.LENGTH_MASK, (mask + 1 - HEAD_WORDS) * 4);
}

/** Puts in a record with any payload; there must be room for it. */
export function putBytes(ring: JournalRing, type: number, payload: Uint8Array): void {
  const { words, mask, head } = ring;
  ring.sequence++;
  words[head & mask] = (type << TYPE_SHIFT) | payload.length;
  words[(head + 1) & mask] = ring.sequence | 0;
  const payloadWords = Math.ceil(payload.length / 4);
  // Zeros behind a payload that ends inside a word.
  if (payloadWords > 0) words[(head + HEAD_WORDS + payloadWords - 1) & mask] = 0;
  const ringBytes = new Uint8Array(words.buffer);
  const at = ((head + HEAD_WORDS) & mask) * 4;
  const first = Math.min(payload.length, ringBytes.length - at);
  ringBytes.set(payload.subarray(0, first), at);
  ringBytes.set(payload.subarray(first), 0);
  ring.head = (head + HEAD_WORDS + payloadWords) | 0;
}

/** Hands all records that were put in to the writer, and wakes it. */
export function makeReady(ring: JournalRing): void {
  if (ring.ready === ring.head) return;
  ring.ready = ring.head;
  Atomics.store(ring.state, READY, ring.head);
  Atomics.add(ring.bell, 0, 1);
  Atomics.notify(ring.bell, 0);
}

/** Sequence of the last record that is on the disk. */
export function durableSequence({ state, sequence }: JournalRing): number {
  // What is under way is always less than 2^32 records, so the low word tells.
  return sequence - (((sequence | 0) - Atomics.load(state, RING_STATE.DURABLE_SEQUENCE)) >>> 0);
}
