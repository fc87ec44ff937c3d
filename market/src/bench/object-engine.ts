import type { BookSide } from "../book/layout.ts";
import { OrderBooks } from "../book/order-books.ts";
import { sizeOf } from "./open-shape.ts";
import { type BenchEngine, type Depth, MESSAGE, type TradeTrace, type WorkloadShape } from "./workload.ts";

const { ADD, CANCEL, MESSAGE_STRIDE, MOVE } = MESSAGE;

/** Any will do: no answer depends on it. */
const ID_SEED = 1;

/** The core by its objects and string ids. Ids are made before the clock starts. */
export class ObjectEngine implements BenchEngine {
  readonly #market: OrderBooks;
  readonly #books: readonly string[];
  readonly #sites: readonly string[];
  readonly #ids: readonly string[];
  volumeWh = 0;

  constructor(shape: WorkloadShape) {
    const { books, ticks, sites, fill, timed } = shape;
    this.#market = new OrderBooks(sizeOf(shape), ID_SEED);
    this.#books = Array.from({ length: books }, (_, book) => `book ${book}`);
    this.#sites = Array.from({ length: sites }, (_, site) => `site ${site}`);
    this.#ids = Array.from({ length: fill + timed }, (_, order) => `o${order}`);
    for (const id of this.#books) {
      this.#market.openBook({ id, priceMin: 1, priceMax: ticks, tickSize: 1, selfTrade: "allowed" });
    }
  }

  run(messages: Int32Array, from: number, to: number, trace?: TradeTrace): void {
    for (let number = from; number < to; number++) this.#play(messages, number * MESSAGE_STRIDE, trace);
  }

  #play(messages: Int32Array, at: number, trace?: TradeTrace): void {
    const kind = messages[at] as number;
    const order = messages[at + 1] as number;
    const id = this.#ids[order] as string;
    if (kind === CANCEL) {
      this.#market.cancel(id);
      return;
    }
    const price = (messages[at + 5] as number) + 1;
    const quantityWh = messages[at + 6] as number;
    const result =
      kind === MOVE
        ? this.#market.replace(id, price, quantityWh)
        : this.#market.place({
            id,
            book: this.#books[messages[at + 2] as number] as string,
            site: this.#sites[messages[at + 3] as number] as string,
            side: (messages[at + 4] as number) === 0 ? "bid" : "offer",
            price,
            quantityWh,
            timeInForce: kind === ADD ? "good-till-gate" : "immediate-or-cancel",
          });
    if (result.status === "rejected") throw new RangeError(`${id} is refused: ${result.code}`);
    this.volumeWh += result.filledWh;
    if (trace === undefined) return;
    for (const trade of result.trades)
      trace(Number(trade.maker.slice(1)), order, trade.price - 1, trade.quantityWh);
  }

  depth(book: number, side: BookSide): Depth {
    const levels = this.#market.depth(this.#books[book] as string, side === 0 ? "bid" : "offer") ?? [];
    return levels.map(({ price, quantityWh }) => [price - 1, quantityWh] as const);
  }
}
