import { RECORD } from "./segment-format.ts";

const { LONG, SMALL_MASK, TYPE_SHIFT, WORDS_MASK, WORDS_SHIFT } = RECORD;

/** In version 2 a record began with type and length in one word and the low half of its sequence in the next. */
const VERSION_2 = { HEAD_WORDS: 2, LENGTH_MASK: 0xff_ffff } as const;

/** The small field of a record that has none: all of version 2. */
export const NO_SMALL_FIELD = -1;

/**
 * Takes one record: its type, its place, its payload of `bytes` bytes, from the index `at` of `words`, and its small
 * field.
 */
export type RecordVisitor = (
  type: number,
  sequence: number,
  words: Int32Array,
  at: number,
  bytes: number,
  small: number,
) => void;

/** Shows the records of a batch; answers the sequence of the last one, −1 when they do not fit together. */
export function visitRecords(
  version: number,
  words: Int32Array,
  firstSequence: number,
  visit: RecordVisitor,
): number {
  return version === 2
    ? visitVersion2(words, firstSequence, visit)
    : visitVersion3(words, firstSequence, visit);
}

function visitVersion3(words: Int32Array, firstSequence: number, visit: RecordVisitor): number {
  let sequence = firstSequence;
  for (let at = 0; at < words.length; sequence++) {
    const first = words[at] as number;
    const count = (first >>> WORDS_SHIFT) & WORDS_MASK;
    const start = count === LONG ? at + 2 : at + 1;
    const bytes = count === LONG ? (words[at + 1] as number) >>> 0 : 4 * count;
    const end = start + Math.ceil(bytes / 4);
    if (!(end <= words.length)) return -1;
    visit(first >>> TYPE_SHIFT, sequence, words, start, bytes, first & SMALL_MASK);
    at = end;
  }
  return sequence - 1;
}

function visitVersion2(words: Int32Array, firstSequence: number, visit: RecordVisitor): number {
  let sequence = firstSequence;
  for (let at = 0; at < words.length; sequence++) {
    const first = words[at] as number;
    const bytes = first & VERSION_2.LENGTH_MASK;
    const start = at + VERSION_2.HEAD_WORDS;
    const end = start + Math.ceil(bytes / 4);
    if (end > words.length || words[at + 1] !== (sequence | 0)) return -1;
    visit(first >>> TYPE_SHIFT, sequence, words, start, bytes, NO_SMALL_FIELD);
    at = end;
  }
  return sequence - 1;
}

/** How many records stand between two places of a ring of the version that is written, whose size is a power of two. */
export function countRecords(words: Int32Array, from: number, to: number): number {
  const mask = words.length - 1;
  let count = 0;
  for (let at = from; at !== to; count++) {
    const length = ((words[at & mask] as number) >>> WORDS_SHIFT) & WORDS_MASK;
    const bytes = length === LONG ? (words[(at + 1) & mask] as number) : 0;
    at = (at + (length === LONG ? 2 + Math.ceil(bytes / 4) : 1 + length)) | 0;
  }
  return count;
}
