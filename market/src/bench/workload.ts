/** What a message does, and how long one is. Take names from here into constants of your own, as in the core. */
export const MESSAGE = {
  /** A good-till-gate order. */
  ADD: 0,
  /** An immediate-or-cancel order. */
  TAKE: 1,
  /** Cancels the order that an earlier message brought. */
  CANCEL: 2,
  /** Gives an earlier order another price. */
  MOVE: 3,
  /**
   * Int32 of a message: what it does, its order's number, book, site, side, tick and quantity in Wh; then, of a
   * cancel or move, the slot and generation that the core answered to the order, as its sender would know them.
   */
  MESSAGE_STRIDE: 9,
} as const;

/** What a workload looks like. */
export interface WorkloadShape {
  readonly name: string;
  readonly books: number;
  readonly ticks: number;
  /** Sites with a position in every book. */
  readonly sites: number;
  /** The most orders that may rest at once. */
  readonly restingMax: number;
  /** Messages before the clock starts: they fill the books. */
  readonly fill: number;
  /** Messages that are timed. */
  readonly timed: number;
  /** After this many of the timed messages engines are compared, as far as each gets in its time. */
  readonly checkpoints: readonly number[];
}

/** A workload: the same messages for every engine. */
export interface Workload {
  readonly shape: WorkloadShape;
  readonly messages: Int32Array;
}

/** A side of a book by price, best first. */
export type Depth = readonly (readonly [tick: number, quantityWh: number])[];

/** An order book under the benchmark's messages. */
export interface BenchEngine {
  /**
   * Plays messages. Reads its own answers and adds up what was traded, as any user would; with a trace it also
   * names every trade.
   */
  run(messages: Int32Array, from: number, to: number, trace?: TradeTrace): void;
  /** What was traded so far, in Wh. */
  readonly volumeWh: number;
  depth(book: number, side: 0 | 1): Depth;
}

/** Is told every trade, orders by their number. */
export type TradeTrace = (maker: number, taker: number, tick: number, quantityWh: number) => void;

/** A hash of 32 bits over words in order (FNV-1a by words, with a final mix). */
export class WordHash {
  #state = 0x811c9dc5;

  add(word: number): void {
    const mixed = Math.imul(this.#state ^ word, 0x01000193);
    this.#state = mixed ^ (mixed >>> 15);
  }

  get value(): number {
    return this.#state >>> 0;
  }
}
