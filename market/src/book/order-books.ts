import { advanceTime } from "./advance-time.ts";
import { type ArenaSize, type BookArena, CLOCK, COUNTER, createArena } from "./book-arena.ts";
import {
  clearEvents,
  END_REASONS,
  type EndReason,
  EVENT,
  EVENT_FIELD,
  eventCount,
  takeEvents,
} from "./book-event.ts";
import { arenaHash } from "./book-hash.ts";
import { clearCall } from "./call-auction.ts";
import { cancelOrder } from "./cancel-order.ts";
import { IdHash, numberOfId } from "./id-hash.ts";
import { IdTable } from "./id-table.ts";
import { BOOK_PHASE, type BookSide, EMPTY, SIDE } from "./layout.ts";
import {
  type Accepted,
  type BookClearing,
  type BookRules,
  type BookTrade,
  type ClearedOrder,
  type EndedOrder,
  type NewOrder,
  offGrid,
  POLICY_OF,
  type PriceDepth,
  type Refused,
  refused,
  rejected,
  timeInForceOf,
} from "./named-orders.ts";
import { closeBook, openBook, openCall, releaseBook } from "./open-book.ts";
import { bookOf, generationOf } from "./order-slot.ts";
import { type BookPosition, openPosition, readPosition, setPositionLimits } from "./position.ts";
import { readDepth } from "./read-book.ts";
import { replaceOrder } from "./replace-order.ts";
import { submitOrder, TIME_IN_FORCE } from "./submit-order.ts";

const { CUT, DECREMENTED, ENDED, EVENT_STRIDE, KIND, MOVED, ORDER_DONE, RESTED, TRADED } = EVENT;
const { ORDER, REASON, TICK, QUANTITY } = EVENT_FIELD;
const { EVENTS_END } = COUNTER;
const { BID, OFFER } = SIDE;
const { NONE } = EMPTY;
const { GOOD_TILL_TIME } = TIME_IN_FORCE;

interface OpenBook {
  readonly handle: number;
  readonly priceMin: number;
  readonly tickSize: number;
  /** Position by the number of the site; `NONE` where it has none. */
  readonly positions: number[];
}

const NO_LIMIT_WH = 2 ** 52;
const NO_SIDE = 2 as BookSide; // the core says what is wrong with it
const NOTHING: readonly never[] = [];

/**
 * Order books with names: the matching core for callers who think in ids and plain objects. An order's id must
 * not be in use; a site's position opens with its first order in a book. Answers are values, and say what
 * happened to other orders, too.
 */
export class OrderBooks {
  readonly #arena: BookArena;
  readonly #books = new Map<string, OpenBook>();
  /** Number by site. */
  readonly #sites = new Map<string, number>();
  /** Slot by order id. */
  readonly #slots: IdTable;
  readonly #hash: IdHash;
  /** Book by its slot. */
  readonly #bookOfSlot: OpenBook[] = [];

  /**
   * @param seed - of the hash of order ids: a safe integer, drawn at random and kept secret where those who choose
   *   ids are not trusted, since with it they could make every look-up slow. No answer depends on it.
   */
  constructor(size: ArenaSize, seed: number) {
    this.#arena = createArena(size);
    this.#hash = new IdHash(seed);
    this.#slots = new IdTable(size.ordersMax);
  }

  openBook(rules: BookRules): Refused | null {
    const { id, priceMin, priceMax, tickSize, selfTrade = "cancel-newest", call = false } = rules;
    if (this.#books.has(id)) return rejected("duplicate-id");
    const isGrid = [priceMin, priceMax, tickSize].every(Number.isSafeInteger) && tickSize > 0;
    if (!isGrid) return rejected("bad-book-rules");
    const ticks = (priceMax - priceMin) / tickSize + 1;
    const phase = call ? BOOK_PHASE.CALL : BOOK_PHASE.CONTINUOUS;
    const handle = openBook(this.#arena, numberOfId(id), ticks, POLICY_OF[selfTrade], phase);
    if (handle < 0) return refused(handle);
    const book: OpenBook = { handle, priceMin, tickSize, positions: [] };
    this.#books.set(id, book);
    this.#bookOfSlot[handle & this.#arena.bookMask] = book;
    return null;
  }

  /** The most a site may buy and sell net in a book, in Wh, open orders included; without it there is no limit. */
  limitPosition(book: string, site: string, boughtMaxWh: number, soldMaxWh: number): Refused | null {
    const open = this.#books.get(book);
    if (open === undefined) return rejected("unknown-book");
    const position = this.#position(open, site);
    if (position < 0) return refused(position);
    const answer = setPositionLimits(this.#arena, open.handle, position, boughtMaxWh, soldMaxWh);
    return answer < 0 ? refused(answer) : null;
  }

  place(order: NewOrder): Accepted | Refused {
    const book = this.#books.get(order.book);
    if (book === undefined) return rejected("unknown-book");
    const hash = this.#hash.of(order.id);
    if (this.#slots.find(order.id, hash) !== NONE) return rejected("duplicate-id");
    const steps = (order.price - book.priceMin) / book.tickSize;
    const tick = steps | 0;
    if (tick !== steps) return offGrid(steps);
    const position = this.#position(book, order.site);
    if (position < 0) return refused(position);
    const { expiresAtMs } = order;
    const side = order.side === "bid" ? BID : order.side === "offer" ? OFFER : NO_SIDE;
    const slot = submitOrder(
      this.#arena,
      book.handle,
      position,
      side,
      tick,
      order.quantityWh,
      expiresAtMs === undefined ? timeInForceOf(order.timeInForce) : GOOD_TILL_TIME,
      expiresAtMs === undefined ? 0 : expiresAtMs - (this.#arena.clock[CLOCK.NOW] as number),
    );
    if (slot < 0) return refused(slot);
    const accepted = this.#read(book, slot);
    if (accepted.openWh > 0) this.#slots.add(slot, order.id, hash);
    return accepted;
  }

  cancel(id: string): EndedOrder | Refused {
    const slot = this.#slots.find(id, this.#hash.of(id));
    if (slot === NONE) return rejected("unknown-order");
    const answer = cancelOrder(this.#arena, slot, generationOf(this.#arena, slot));
    if (answer < 0) return refused(answer);
    const openWh = this.#arena.events[QUANTITY] as number;
    clearEvents(this.#arena);
    this.#slots.remove(slot);
    return { id, reason: "cancelled", openWh };
  }

  /** Gives an order another limit price and open quantity; see `replaceOrder` for its priority. */
  replace(id: string, price: number, quantityWh: number): Accepted | Refused {
    const slot = this.#slots.find(id, this.#hash.of(id));
    if (slot === NONE) return rejected("unknown-order");
    const book = this.#bookOfSlot[bookOf(this.#arena, slot) & this.#arena.bookMask] as OpenBook;
    const steps = (price - book.priceMin) / book.tickSize;
    const tick = steps | 0;
    if (tick !== steps) return offGrid(steps);
    const answer = replaceOrder(this.#arena, slot, generationOf(this.#arena, slot), tick, quantityWh);
    if (answer < 0) return refused(answer);
    const accepted = this.#read(book, slot);
    if (accepted.openWh === 0) this.#slots.remove(slot);
    return accepted;
  }

  /** Moves time forward, in ms. Answers what has expired, the earliest first. */
  advance(nowMs: number): readonly EndedOrder[] | Refused {
    const answer = advanceTime(this.#arena, nowMs);
    return answer < 0 ? refused(answer) : this.#readEnded();
  }

  /** Clears a book at one price, see `clearCall`. */
  clear(book: string, kPerMille: number, seed: number): BookClearing | Refused {
    const open = this.#books.get(book);
    if (open === undefined) return rejected("unknown-book");
    const outcome = clearCall(this.#arena, open.handle, kPerMille, seed);
    if (typeof outcome === "number") return refused(outcome);
    const { tick, volumeWh } = outcome;
    const price = tick === null ? null : open.priceMin + tick * open.tickSize;
    return { status: "cleared", price, volumeWh, fills: this.#readCleared() };
  }

  /** From here on a book's orders wait for its call auction. */
  openCall(book: string): Refused | null {
    const open = this.#books.get(book);
    if (open === undefined) return rejected("unknown-book");
    const answer = openCall(this.#arena, open.handle);
    return answer < 0 ? refused(answer) : null;
  }

  /** Closes a book and forgets it. Answers its orders. */
  close(book: string): readonly EndedOrder[] | Refused {
    const open = this.#books.get(book);
    if (open === undefined) return rejected("unknown-book");
    closeBook(this.#arena, open.handle);
    const ended = this.#readEnded();
    releaseBook(this.#arena, open.handle);
    this.#books.delete(book);
    return ended;
  }

  /** A side by price, best first; `null` when there is no such book. */
  depth(book: string, side: "bid" | "offer"): readonly PriceDepth[] | null {
    const open = this.#books.get(book);
    if (open === undefined) return null;
    const levels = readDepth(this.#arena, open.handle, side === "bid" ? BID : OFFER) ?? [];
    return levels.map(({ tick, quantity }) => ({
      price: open.priceMin + tick * open.tickSize,
      quantityWh: quantity,
    }));
  }

  /** What a site has in a book; `null` when it has had no order there. The site is told by its number. */
  position(book: string, site: string): BookPosition | null {
    const position = this.#books.get(book)?.positions[this.#sites.get(site) ?? -1] ?? NONE;
    return position === NONE ? null : readPosition(this.#arena, position);
  }

  /** See `arenaHash`. */
  hash(): string {
    return arenaHash(this.#arena);
  }

  #position(book: OpenBook, site: string): number {
    const number = this.#sites.get(site) ?? this.#sites.size;
    const known = book.positions[number] ?? NONE;
    if (known !== NONE) return known;
    const position = openPosition(this.#arena, book.handle, number, NO_LIMIT_WH, NO_LIMIT_WH);
    if (position < 0) return position;
    this.#sites.set(site, number);
    book.positions[number] = position;
    return position;
  }

  /** Reads what a command did to its own order, `slot`, and forgets the other orders that it ended. */
  #read(book: OpenBook, slot: number): Accepted {
    const { events, counters } = this.#arena;
    const end = counters[EVENTS_END] as number;
    let trades: BookTrade[] | null = null;
    let ended: EndedOrder[] | null = null;
    let filledWh = 0;
    let openWh = 0;
    let movedWh = 0;
    for (let at = 0; at < end; at += EVENT_STRIDE) {
      const word = events[at] as number;
      const kind = word & KIND;
      const quantityWh = events[at + QUANTITY] as number;
      const order = events[at + ORDER] as number;
      if (order === slot) {
        if (kind === RESTED || kind === CUT) openWh = quantityWh;
        else if (kind === MOVED) movedWh = quantityWh;
        else if (kind === ENDED) movedWh = 0;
        continue;
      }
      const id = this.#slots.idOf(order);
      if (kind === TRADED) {
        const price = book.priceMin + (events[at + TICK] as number) * book.tickSize;
        trades ??= [];
        trades.push({ maker: id, price, quantityWh });
        filledWh += quantityWh;
        movedWh -= quantityWh;
      } else if (kind === DECREMENTED) {
        movedWh -= quantityWh;
      } else if (kind === ENDED) {
        ended ??= [];
        ended.push(this.#ended(at));
      }
      if ((word & ORDER_DONE) !== 0) this.#slots.remove(order);
    }
    clearEvents(this.#arena);
    if (movedWh > 0) openWh = movedWh;
    return { status: "accepted", trades: trades ?? NOTHING, filledWh, openWh, ended: ended ?? NOTHING };
  }

  #ended(at: number): EndedOrder {
    const { events } = this.#arena;
    const id = this.#slots.idOf(events[at + ORDER] as number);
    const reason = END_REASONS[events[at + REASON] as number] as EndReason;
    return { id, reason, openWh: events[at + QUANTITY] as number };
  }

  /** Reads and forgets the orders that a closure or the time has ended. */
  #readEnded(): readonly EndedOrder[] {
    const { events } = this.#arena;
    const ended = Array.from({ length: eventCount(this.#arena) }, (_, number) => {
      this.#slots.remove(events[number * EVENT_STRIDE + ORDER] as number);
      return this.#ended(number * EVENT_STRIDE);
    });
    clearEvents(this.#arena);
    return ended;
  }

  #readCleared(): readonly ClearedOrder[] {
    const events = takeEvents(this.#arena);
    return events.map(({ order, quantity, orderDone }) => {
      if (orderDone) this.#slots.remove(order.slot);
      return { id: this.#slots.idOf(order.slot), quantityWh: quantity };
    });
  }
}
