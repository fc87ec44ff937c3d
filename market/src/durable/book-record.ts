import { recordHead } from "../journal/journal-ring.ts";
import { NO_SMALL_FIELD } from "../journal/read-records.ts";
import { BOOK_COMMAND, COMMAND_FIELDS } from "./book-command.ts";

const { CANCEL, REPLACE, SUBMIT } = BOOK_COMMAND;

/** A submission's small field: its tick, then one bit of side, then two of time in force. */
const SMALL = { TICK_MASK: 0x7fff, SIDE_SHIFT: 15, TIME_IN_FORCE_SHIFT: 16 } as const;
const { SIDE_SHIFT, TICK_MASK, TIME_IN_FORCE_SHIFT } = SMALL;

const SUBMIT_HEAD = recordHead(SUBMIT, 3, 0);
const SUBMIT_TIMED_HEAD = recordHead(SUBMIT, 4, 0);
const REPLACE_HEAD = recordHead(REPLACE, 3, 0);

/** The most fields that a command has. */
export const COMMAND_FIELDS_MAX = 7;

/** Head of a cancellation: slot and generation follow. */
export const CANCEL_HEAD: number = recordHead(CANCEL, 2, 0);

/** Head of an accepted order: book, position and quantity follow, and its lifetime when it has one. */
export function submitHead(side: number, tick: number, timeInForce: number, lifetimeMs: number): number {
  const head = lifetimeMs === 0 ? SUBMIT_HEAD : SUBMIT_TIMED_HEAD;
  return head | tick | (side << SIDE_SHIFT) | (timeInForce << TIME_IN_FORCE_SHIFT);
}

/** Head of an accepted replacement: slot, generation and quantity follow. */
export function replaceHead(tick: number): number {
  return REPLACE_HEAD | tick;
}

/**
 * Reads a record into the seven fields of its command; those that it does not have are 0. Answers whether it has the
 * form of a command. In version 2 all fields stood there in their order.
 */
export function readCommand(
  into: Int32Array,
  type: number,
  words: Int32Array,
  at: number,
  bytes: number,
  small: number,
): boolean {
  const count = bytes / 4;
  into.fill(0);
  for (let i = 0; i < count && i < into.length; i++) into[i] = words[at + i] as number;
  if (small !== NO_SMALL_FIELD && type === SUBMIT) {
    into[6] = into[3] as number;
    into[5] = small >> TIME_IN_FORCE_SHIFT;
    into[4] = into[2] as number;
    into[3] = small & TICK_MASK;
    into[2] = (small >> SIDE_SHIFT) & 1;
    return count === 3 || count === 4;
  }
  if (small !== NO_SMALL_FIELD && type === REPLACE) {
    into[3] = into[2] as number;
    into[2] = small;
    return count === 3;
  }
  return small <= 0 && COMMAND_FIELDS[type] !== 0 && COMMAND_FIELDS[type] === count;
}
