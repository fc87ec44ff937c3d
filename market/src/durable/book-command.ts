import { advanceTime } from "../book/advance-time.ts";
import type { BookArena } from "../book/book-arena.ts";
import { clearCall } from "../book/call-auction.ts";
import { cancelOrder } from "../book/cancel-order.ts";
import type { BookSide } from "../book/layout.ts";
import { closeBook, openBook, openCall, releaseBook } from "../book/open-book.ts";
import { openPosition, setPositionLimits } from "../book/position.ts";
import { replaceOrder } from "../book/replace-order.ts";
import type { SelfTradePolicy } from "../book/self-trade.ts";
import { submitOrder } from "../book/submit-order.ts";
import { longOf } from "../journal/segment-format.ts";

/** Types of the records that the matching core's journal holds. All fields are Int32; a long takes two, low first. */
export const BOOK_COMMAND = {
  /** book, position, side, tick, quantity, time in force, lifetime in ms */
  SUBMIT: 16,
  /** slot, generation */
  CANCEL: 17,
  /** slot, generation, tick, quantity */
  REPLACE: 18,
  /** time in ms (long) */
  ADVANCE: 19,
  /** tag, ticks, self-trade policy, phase */
  OPEN_BOOK: 20,
  /** book */
  OPEN_CALL: 21,
  /** book */
  CLOSE_BOOK: 22,
  /** book */
  RELEASE_BOOK: 23,
  /** book, site, the most bought, the most sold (longs, Wh) */
  OPEN_POSITION: 24,
  /** book, position, the most bought, the most sold (longs, Wh) */
  SET_LIMITS: 25,
  /** book, k in thousandths, seed */
  CLEAR_CALL: 27,
  /** The state's hash, high and low word: no command, but what all before must have come to. */
  SEAL: 31,
} as const;

const {
  ADVANCE,
  CANCEL,
  CLEAR_CALL,
  CLOSE_BOOK,
  OPEN_BOOK,
  OPEN_CALL,
  OPEN_POSITION,
  RELEASE_BOOK,
  REPLACE,
  SET_LIMITS,
  SEAL,
  SUBMIT,
} = BOOK_COMMAND;

/** Fields of each type of record; 0 where there is no such type. */
export const COMMAND_FIELDS: Uint8Array = Uint8Array.from({ length: 256 }, (_, type) => {
  if (type === SUBMIT) return 7;
  if (type === OPEN_POSITION || type === SET_LIMITS) return 6;
  if (type === REPLACE || type === OPEN_BOOK) return 4;
  if (type === CLEAR_CALL) return 3;
  if (type === CANCEL || type === ADVANCE || type === SEAL) return 2;
  return type === OPEN_CALL || type === CLOSE_BOOK || type === RELEASE_BOOK ? 1 : 0;
});

/**
 * Carries out a command, now or again: what runs and what is replayed take this one way. Answers as the
 * command's own function does; negative is a refusal. `type` must be one that has fields, and no seal.
 */
export function applyCommand(
  arena: BookArena,
  type: number,
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
  g: number,
): number {
  switch (type) {
    case SUBMIT:
      return submitOrder(arena, a, b, c as BookSide, d, e, f, g);
    case CANCEL:
      return cancelOrder(arena, a, b);
    case REPLACE:
      return replaceOrder(arena, a, b, c, d);
    case ADVANCE:
      return advanceTime(arena, longOf(a, b));
    case OPEN_BOOK:
      return openBook(arena, a, b, c as SelfTradePolicy, d);
    case OPEN_CALL:
      return openCall(arena, a);
    case CLEAR_CALL: {
      // What each order got stands in the events.
      const outcome = clearCall(arena, a, b, c);
      return typeof outcome === "number" ? outcome : 0;
    }
    case CLOSE_BOOK:
      return closeBook(arena, a);
    case RELEASE_BOOK:
      return releaseBook(arena, a);
    case OPEN_POSITION:
      return openPosition(arena, a, b, longOf(c, d), longOf(e, f));
    case SET_LIMITS:
      return setPositionLimits(arena, a, b, longOf(c, d), longOf(e, f));
    default:
      throw new RangeError(`no command has the type ${type}`);
  }
}

/** The two Int32 of a long. Only a safe integer of 0 or more survives the way there and back. */
export function longFields(value: number): readonly [low: number, high: number] {
  return [value | 0, Math.floor(value / 2 ** 32) | 0];
}
