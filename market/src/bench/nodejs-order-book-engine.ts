import { type IOrder, type LimitOrderOptions, OrderBook, Side } from "nodejs-order-book";
import type { BookSide } from "../book/layout.ts";
import { type BenchEngine, type Depth, MESSAGE, type TradeTrace, type WorkloadShape } from "./workload.ts";

const { ADD, CANCEL, MESSAGE_STRIDE, MOVE } = MESSAGE;

type TimeInForce = NonNullable<LimitOrderOptions["timeInForce"]>;

// The package does not export its own names for these.
const GOOD_TILL_CANCEL = "GTC" as string as TimeInForce;
const IMMEDIATE_OR_CANCEL = "IOC" as string as TimeInForce;

/** The npm package nodejs-order-book, one of its books per book. Order ids are made before the clock starts. */
export class NodejsOrderBookEngine implements BenchEngine {
  readonly #books: readonly OrderBook[];
  readonly #ids: readonly string[];
  volumeWh = 0;

  constructor(shape: WorkloadShape) {
    this.#books = Array.from({ length: shape.books }, () => new OrderBook());
    this.#ids = Array.from({ length: shape.fill + shape.timed }, (_, order) => `o${order}`);
  }

  run(messages: Int32Array, from: number, to: number, trace?: TradeTrace): void {
    for (let number = from; number < to; number++) this.#play(messages, number * MESSAGE_STRIDE, trace);
  }

  #play(messages: Int32Array, at: number, trace?: TradeTrace): void {
    const kind = messages[at] as number;
    const order = messages[at + 1] as number;
    const id = this.#ids[order] as string;
    const book = this.#books[messages[at + 2] as number] as OrderBook;
    if (kind === CANCEL) {
      book.cancel(id);
      return;
    }
    const price = (messages[at + 5] as number) + 1;
    const size = messages[at + 6] as number;
    const result =
      kind === MOVE
        ? book.modify(id, { price, size })
        : book.limit({
            id,
            side: (messages[at + 4] as number) === 0 ? Side.BUY : Side.SELL,
            size,
            price,
            timeInForce: kind === ADD ? GOOD_TILL_CANCEL : IMMEDIATE_OR_CANCEL,
          });
    this.volumeWh += size - result.quantityLeft;
    if (trace === undefined) return;
    for (const done of result.done) {
      if (done.id !== id) trace(numberOf(done.id), order, priceOf(done) - 1, done.size);
    }
    const { partial } = result;
    if (partial !== null && partial.id !== id) {
      trace(numberOf(partial.id), order, partial.price - 1, result.partialQuantityProcessed);
    }
  }

  depth(book: number, side: BookSide): Depth {
    const [offers = [], bids = []] = this.#books[book]?.depth() ?? [];
    return (side === 0 ? bids : offers).map(([price, quantityWh]) => [price - 1, quantityWh] as const);
  }
}

function numberOf(id: string): number {
  return Number(id.slice(1));
}

function priceOf(order: IOrder): number {
  if ("price" in order) return order.price;
  throw new TypeError(`order ${order.id} has no price`);
}
