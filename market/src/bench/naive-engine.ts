import type { BookSide } from "../book/layout.ts";
import { inPriority, type NaiveBook, NaiveMarket, type NaiveOrder } from "../reference/naive-market.ts";
import { type BenchEngine, type Depth, MESSAGE, type TradeTrace, type WorkloadShape } from "./workload.ts";

const { ADD, CANCEL, MESSAGE_STRIDE, MOVE } = MESSAGE;

/** The plain arrays that the core is tested against. */
export class NaiveEngine implements BenchEngine {
  readonly #market: NaiveMarket;
  readonly #books: readonly NaiveBook[];
  readonly #orders: NaiveOrder[] = [];
  /** By the naive market's number of an order: its number in the workload. */
  readonly #numbers: number[] = [];
  volumeWh = 0;

  constructor({ books, ticks, sites }: WorkloadShape) {
    const most = Number.MAX_SAFE_INTEGER;
    this.#market = new NaiveMarket({ ordersMax: most, laddersMax: most, queueMax: most });
    this.#books = Array.from({ length: books }, (_, tag) => {
      const book = this.#market.openBook(tag, ticks, "allowed", "continuous");
      for (let site = 0; site < sites; site++) this.#market.openPosition(book, site, most, most);
      return book;
    });
  }

  run(messages: Int32Array, from: number, to: number, trace?: TradeTrace): void {
    for (let number = from; number < to; number++) this.#play(messages, number * MESSAGE_STRIDE, trace);
  }

  #play(messages: Int32Array, at: number, trace?: TradeTrace): void {
    const field = (i: number): number => messages[at + i] as number;
    const kind = field(0);
    const number = field(1);
    if (kind === CANCEL) {
      this.#market.cancel(this.#orders[number] as NaiveOrder);
    } else if (kind === MOVE) {
      this.#market.replace(this.#orders[number] as NaiveOrder, field(5), field(6));
    } else {
      const order = this.#market.submit({
        book: this.#books[field(2)] as NaiveBook,
        site: field(3),
        side: field(4) === 0 ? "bid" : "offer",
        tick: field(5),
        quantity: field(6),
        timeInForce: kind === ADD ? "gate" : "immediate",
        lifetimeMs: 0,
      });
      if (typeof order === "string") throw new RangeError(`order ${number} is refused: ${order}`);
      this.#orders[number] = order;
      this.#numbers[order.number] = number;
    }
    this.#readEvents(trace);
  }

  #readEvents(trace?: TradeTrace): void {
    for (const { kind, order, other, tick, quantity } of this.#market.events) {
      if (kind !== "traded") continue;
      this.volumeWh += quantity;
      trace?.(this.#numbers[order] as number, this.#numbers[other ?? -1] ?? -1, tick, quantity);
    }
    this.#market.events.length = 0;
  }

  depth(book: number, side: BookSide): Depth {
    const levels = new Map<number, number>();
    for (const { tick, left } of inPriority(this.#books[book] as NaiveBook, side === 0 ? "bid" : "offer")) {
      levels.set(tick, (levels.get(tick) ?? 0) + left);
    }
    return [...levels];
  }
}
