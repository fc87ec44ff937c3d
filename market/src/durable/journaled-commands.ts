import { advanceTime } from "../book/advance-time.ts";
import type { BookArena } from "../book/book-arena.ts";
import { arenaHash } from "../book/book-hash.ts";
import { cancelOrder } from "../book/cancel-order.ts";
import type { BookSide } from "../book/layout.ts";
import { openPosition, setPositionLimits } from "../book/position.ts";
import { replaceOrder } from "../book/replace-order.ts";
import type { SelfTradePolicy } from "../book/self-trade.ts";
import { submitOrder } from "../book/submit-order.ts";
import type { Journal } from "../journal/journal.ts";
import { hasCommandRoom, type JournalRing, putShort, putWords, RING_STATE } from "../journal/journal-ring.ts";
import { longOf } from "../journal/segment-format.ts";
import { applyCommand, BOOK_COMMAND, COMMAND_FIELDS, longFields } from "./book-command.ts";
import { CANCEL_HEAD, replaceHead, submitHead } from "./book-record.ts";
import { sealFields } from "./book-replay.ts";

const { FAILED } = RING_STATE;
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
  SEAL,
  SET_LIMITS,
  SUBMIT,
} = BOOK_COMMAND;

/** The answer to a command for which the journal has no room: the disk is behind. Send it again later. */
export const JOURNAL_FULL = -1_000;

/**
 * The commands of the matching core, each journaled when it is accepted. They answer as the core's own functions of
 * the same names do, or `JOURNAL_FULL` without having done anything. An answer, a refusal too, may be passed on once
 * `durableUpTo` has reached the `sequence` that came with it.
 *
 * All of them throw CommonwattError `JOURNAL_WRITE_FAILED`, for good, once a write has failed.
 */
export class JournaledCommands {
  /** The books, to be read; events are taken from here and cleared as without a journal. */
  readonly arena: BookArena;
  readonly #journal: Journal;
  readonly #ring: JournalRing;
  readonly #state: Int32Array;
  readonly #sealEvery: number;
  /** Sequence of the record after which the next seal comes. */
  #sealAfter: number;

  /** @param sealEvery - every how many records a seal is put in. */
  constructor(arena: BookArena, journal: Journal, sealEvery: number) {
    this.arena = arena;
    this.#journal = journal;
    this.#ring = journal.ring;
    this.#state = journal.ring.state;
    this.#sealEvery = sealEvery;
    this.#sealAfter = Math.ceil((this.#ring.sequence + 1) / sealEvery) * sealEvery - 1;
    if (this.#ring.sequence === this.#sealAfter) this.#seal();
  }

  submitOrder(
    book: number,
    position: number,
    side: BookSide,
    tick: number,
    quantity: number,
    timeInForce: number,
    lifetimeMs: number,
  ): number {
    if (!this.#hasRoom()) return JOURNAL_FULL;
    const slot = submitOrder(this.arena, book, position, side, tick, quantity, timeInForce, lifetimeMs);
    if (slot < 0) return slot;
    const count = lifetimeMs === 0 ? 3 : 4;
    putShort(
      this.#ring,
      submitHead(side, tick, timeInForce, lifetimeMs),
      count,
      book,
      position,
      quantity,
      lifetimeMs,
    );
    if (this.#ring.sequence === this.#sealAfter) this.#seal();
    return slot;
  }

  cancelOrder(slot: number, generation: number): number {
    if (!this.#hasRoom()) return JOURNAL_FULL;
    const answer = cancelOrder(this.arena, slot, generation);
    if (answer < 0) return answer;
    putShort(this.#ring, CANCEL_HEAD, 2, slot, generation, 0, 0);
    if (this.#ring.sequence === this.#sealAfter) this.#seal();
    return answer;
  }

  replaceOrder(slot: number, generation: number, tick: number, quantity: number): number {
    if (!this.#hasRoom()) return JOURNAL_FULL;
    const answer = replaceOrder(this.arena, slot, generation, tick, quantity);
    if (answer < 0) return answer;
    putShort(this.#ring, replaceHead(tick), 3, slot, generation, quantity, 0);
    if (this.#ring.sequence === this.#sealAfter) this.#seal();
    return answer;
  }

  openBook(tag: number, ticks: number, selfTrade: SelfTradePolicy, phase: number): number {
    return this.execute(OPEN_BOOK, tag, ticks, selfTrade, phase, 0, 0, 0);
  }

  openCall(book: number): number {
    return this.execute(OPEN_CALL, book, 0, 0, 0, 0, 0, 0);
  }

  closeBook(book: number): number {
    return this.execute(CLOSE_BOOK, book, 0, 0, 0, 0, 0, 0);
  }

  releaseBook(book: number): number {
    return this.execute(RELEASE_BOOK, book, 0, 0, 0, 0, 0, 0);
  }

  /** Answers 0; what each order got, and at what price, stands in the events. */
  clearCall(book: number, kPerMille: number, seed: number): number {
    return this.execute(CLEAR_CALL, book, kPerMille, seed, 0, 0, 0, 0);
  }

  advanceTime(nowMs: number): number {
    const [low, high] = longFields(nowMs);
    // What no record can hold is refused by the core itself; so for the limits.
    return longOf(low, high) === nowMs
      ? this.execute(ADVANCE, low, high, 0, 0, 0, 0, 0)
      : advanceTime(this.arena, nowMs);
  }

  openPosition(book: number, site: number, boughtMaxWh: number, soldMaxWh: number): number {
    const limits = limitFields(boughtMaxWh, soldMaxWh);
    return limits === null
      ? openPosition(this.arena, book, site, boughtMaxWh, soldMaxWh)
      : this.execute(OPEN_POSITION, book, site, ...limits, 0);
  }

  setPositionLimits(book: number, position: number, boughtMaxWh: number, soldMaxWh: number): number {
    const limits = limitFields(boughtMaxWh, soldMaxWh);
    return limits === null
      ? setPositionLimits(this.arena, book, position, boughtMaxWh, soldMaxWh)
      : this.execute(SET_LIMITS, book, position, ...limits, 0);
  }

  /** Carries out any command with its fields in the order of `BOOK_COMMAND`; what it does not have is 0. */
  execute(type: number, a: number, b: number, c: number, d: number, e: number, f: number, g: number): number {
    if (type === SUBMIT) return this.submitOrder(a, b, c as BookSide, d, e, f, g);
    if (type === CANCEL) return this.cancelOrder(a, b);
    if (type === REPLACE) return this.replaceOrder(a, b, c, d);
    if (!this.#hasRoom()) return JOURNAL_FULL;
    const answer = applyCommand(this.arena, type, a, b, c, d, e, f, g);
    if (answer < 0) return answer;
    putWords(this.#ring, type, [a, b, c, d, e, f, g].slice(0, COMMAND_FIELDS[type]));
    if (this.#ring.sequence === this.#sealAfter) this.#seal();
    return answer;
  }

  #hasRoom(): boolean {
    if (this.#state[FAILED] !== 0) this.#journal.assertRoom(0);
    return hasCommandRoom(this.#ring);
  }

  #seal(): void {
    putWords(this.#ring, SEAL, sealFields(arenaHash(this.arena)));
    this.#sealAfter += this.#sealEvery;
  }
}

function limitFields(
  bought: number,
  sold: number,
): readonly [low: number, high: number, low: number, high: number] | null {
  const [a, b] = longFields(bought);
  const [c, d] = longFields(sold);
  return longOf(a, b) === bought && longOf(c, d) === sold ? [a, b, c, d] : null;
}
