import { type BookArena, COUNTER } from "../book/book-arena.ts";
import { clearEvents, EVENT } from "../book/book-event.ts";
import { cancelOrder } from "../book/cancel-order.ts";
import type { BookSide } from "../book/layout.ts";
import { readDepth } from "../book/read-book.ts";
import { replaceOrder } from "../book/replace-order.ts";
import { submitOrder, TIME_IN_FORCE } from "../book/submit-order.ts";
import { touch } from "../book/touch.ts";
import { openShape } from "./open-shape.ts";
import { type BenchEngine, type Depth, MESSAGE, type TradeTrace, type WorkloadShape } from "./workload.ts";

const { ADD, CANCEL, MESSAGE_STRIDE, TAKE } = MESSAGE;

const { EVENT_STRIDE, TRADED } = EVENT;
const { EVENTS_END } = COUNTER;
const { GOOD_TILL_GATE, IMMEDIATE_OR_CANCEL } = TIME_IN_FORCE;

/** Events are read when this many Int32 wait. */
const DRAIN_AT = 8192;

/** How many messages ahead the memory of one is touched, when there are many books. */
const AHEAD = 2;

/** The core by its flat calls. */
export class FlatEngine implements BenchEngine {
  readonly #arena: BookArena;
  readonly #books: Int32Array;
  readonly #positions: Int32Array;
  readonly #sites: number;
  /** Order number by slot; kept for traces only. */
  readonly #orders: Int32Array;
  /** Keeps what was touched, so that it is. */
  #touched = 0;
  volumeWh = 0;

  constructor(shape: WorkloadShape) {
    const { arena, books, positions } = openShape(shape);
    this.#arena = arena;
    this.#books = books;
    this.#positions = positions;
    this.#sites = shape.sites;
    this.#orders = new Int32Array(shape.restingMax + 2);
  }

  get arena(): BookArena {
    return this.#arena;
  }

  run(messages: Int32Array, from: number, to: number, trace?: TradeTrace): void {
    const counters = this.#arena.counters;
    const drainAt = trace === undefined ? DRAIN_AT : 0;
    const touchTo = this.#books.length > 1 ? to - AHEAD : from;
    let touched = 0;
    for (let number = from; number < to; number++) {
      if (number < touchTo) touched += this.#touch(messages, (number + AHEAD) * MESSAGE_STRIDE);
      const answer = this.play(messages, number * MESSAGE_STRIDE);
      if (trace !== undefined && (messages[number * MESSAGE_STRIDE] as number) <= TAKE) {
        this.#orders[answer] = messages[number * MESSAGE_STRIDE + 1] as number;
      }
      if ((counters[EVENTS_END] as number) > drainAt) this.#drain(trace);
    }
    this.#drain(trace);
    this.#touched += touched;
  }

  #touch(messages: Int32Array, at: number): number {
    const book = messages[at + 2] as number;
    const position = this.#positions[book * this.#sites + (messages[at + 3] as number)] as number;
    return touch(
      this.#arena,
      this.#books[book] as number,
      messages[at + 4] as BookSide,
      position,
      messages[at + 7] as number,
    );
  }

  /** Plays the message at an index. Answers what the core did. */
  play(messages: Int32Array, at: number): number {
    const kind = messages[at] as number;
    const tick = messages[at + 5] as number;
    const quantity = messages[at + 6] as number;
    if (kind > TAKE) {
      const slot = messages[at + 7] as number;
      const generation = messages[at + 8] as number;
      return kind === CANCEL
        ? cancelOrder(this.#arena, slot, generation)
        : replaceOrder(this.#arena, slot, generation, tick, quantity);
    }
    const book = messages[at + 2] as number;
    return submitOrder(
      this.#arena,
      this.#books[book] as number,
      this.#positions[book * this.#sites + (messages[at + 3] as number)] as number,
      messages[at + 4] as BookSide,
      tick,
      quantity,
      kind === ADD ? GOOD_TILL_GATE : IMMEDIATE_OR_CANCEL,
      0,
    );
  }

  #drain(trace?: TradeTrace): void {
    const { events, counters } = this.#arena;
    const end = counters[EVENTS_END] as number;
    for (let at = 0; at < end; at += EVENT_STRIDE) {
      if (((events[at] as number) & 15) !== TRADED) continue;
      const quantity = events[at + 7] as number;
      this.volumeWh += quantity;
      if (trace !== undefined) {
        const maker = this.#orders[events[at + 2] as number] as number;
        const taker = this.#orders[events[at + 4] as number] as number;
        trace(maker, taker, events[at + 6] as number, quantity);
      }
    }
    clearEvents(this.#arena);
  }

  depth(book: number, side: BookSide): Depth {
    const levels = readDepth(this.#arena, this.#books[book] as number, side) ?? [];
    return levels.map(({ tick, quantity }) => [tick, quantity] as const);
  }
}
