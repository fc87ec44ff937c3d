import type { BookCode } from "../book/book-code.ts";
import type { BookEventKind, EndReason } from "../book/book-event.ts";

/**
 * The rules of the matching core written plainly: arrays of objects, searched from the front at every step.
 * Slow and, one hopes, obviously right. Tests hold the core against it and the benchmark measures it beside.
 */

/** An order of the naive market. */
export interface NaiveOrder {
  readonly number: number;
  readonly book: NaiveBook;
  readonly site: number;
  readonly side: "bid" | "offer";
  tick: number;
  left: number;
  readonly expiresAtMs: number | null;
}

/** What a site has in a naive book. */
export interface NaivePosition {
  readonly site: number;
  net: number;
  boughtMax: number;
  soldMax: number;
}

/** A book of the naive market. */
export interface NaiveBook {
  readonly tag: number;
  readonly ticks: number;
  readonly selfTrade: NaiveSelfTrade;
  phase: "continuous" | "call" | "closed";
  /** In priority: the best price first, and at one price the earliest. */
  readonly bids: NaiveOrder[];
  readonly offers: NaiveOrder[];
  readonly positions: Map<number, NaivePosition>;
  /** Sides that have held more than a short queue since they were last empty. */
  readonly grown: Set<"bid" | "offer">;
}

/** See `SelfTradePolicy`. */
export type NaiveSelfTrade = "allowed" | "cancel-newest" | "cancel-resting" | "decrement";

/** See `submitOrder`. */
export type NaiveTimeInForce = "gate" | "immediate" | "fill-or-kill" | "time";

/** An event with orders by their number. */
export interface NaiveEvent {
  readonly kind: BookEventKind;
  readonly order: number;
  readonly other: number | null;
  readonly reason: EndReason | null;
  readonly tick: number;
  readonly quantity: number;
}

/** What a naive market has room for. */
export interface NaiveSize {
  readonly ordersMax: number;
  readonly laddersMax: number;
  readonly queueMax: number;
}

/** What comes in with an order. */
export interface NaiveIntake {
  readonly book: NaiveBook;
  readonly site: number;
  readonly side: "bid" | "offer";
  readonly tick: number;
  readonly quantity: number;
  readonly timeInForce: NaiveTimeInForce;
  readonly lifetimeMs: number;
}

/** Books, orders and positions as plain objects. */
export class NaiveMarket {
  readonly books: NaiveBook[] = [];
  readonly events: NaiveEvent[] = [];
  nowMs = 0;
  #orderCount = 0;
  #resting = 0;
  readonly #size: NaiveSize;

  constructor(size: NaiveSize) {
    this.#size = size;
  }

  openBook(tag: number, ticks: number, selfTrade: NaiveSelfTrade, phase: "continuous" | "call"): NaiveBook {
    const book: NaiveBook = {
      tag,
      ticks,
      selfTrade,
      phase,
      bids: [],
      offers: [],
      positions: new Map(),
      grown: new Set(),
    };
    this.books.push(book);
    return book;
  }

  openPosition(book: NaiveBook, site: number, boughtMax: number, soldMax: number): BookCode | null {
    if (book.positions.has(site)) return "position-exists";
    book.positions.set(site, { site, net: 0, boughtMax, soldMax });
    return null;
  }

  /** Answers the new order, which may have ended already, or why it is refused. */
  submit(intake: NaiveIntake): NaiveOrder | BookCode {
    const fault = this.#fault(intake);
    if (fault !== null) return fault;
    const { book, site, side, tick, quantity, timeInForce, lifetimeMs } = intake;
    if (timeInForce === "fill-or-kill" && !this.#isFillable(intake)) return "not-fillable";
    const order: NaiveOrder = {
      number: this.#orderCount++,
      book,
      site,
      side,
      tick,
      left: quantity,
      expiresAtMs: timeInForce === "time" ? this.nowMs + lifetimeMs : null,
    };
    if (this.#enter(order, timeInForce !== "immediate")) this.#say("rested", order, tick, order.left);
    return order;
  }

  cancel(order: NaiveOrder): BookCode | null {
    if (!this.isResting(order)) return "order-ended";
    this.#end(order, "cancelled");
    return null;
  }

  replace(order: NaiveOrder, tick: number, quantity: number): BookCode | null {
    if (!this.isResting(order)) return "order-ended";
    const { book, site, side } = order;
    if (!Number.isInteger(quantity) || quantity < 1 || quantity > 2 ** 31 - 1) return "bad-quantity";
    if (!Number.isInteger(tick) || tick < 0 || tick >= book.ticks) return "price-out-of-range";
    const more = quantity - order.left;
    if (more > 0 && !isWithinLimit(book, site, side, more)) return "position-limit";
    if (tick === order.tick && more <= 0) {
      order.left = quantity;
      this.#say("cut", order, tick, quantity);
      return null;
    }
    this.#remove(order);
    order.tick = tick;
    order.left = quantity;
    this.#say("moved", order, tick, quantity);
    this.#enter(order, true);
    return null;
  }

  advance(nowMs: number): BookCode | null {
    if (nowMs < this.nowMs) return "time-backwards";
    this.nowMs = nowMs;
    const expired = this.books
      .flatMap(({ bids, offers }) => [...bids, ...offers])
      .filter(({ expiresAtMs }) => expiresAtMs !== null && expiresAtMs <= nowMs)
      .sort((a, b) => Number(a.expiresAtMs) - Number(b.expiresAtMs) || a.number - b.number);
    for (const order of expired) this.#end(order, "expired");
    return null;
  }

  close(book: NaiveBook): BookCode | null {
    if (book.phase === "closed") return "book-closed";
    book.phase = "closed";
    for (const order of [...book.bids, ...book.offers]) {
      this.#end(order, "gate-closed");
    }
    return null;
  }

  isResting(order: NaiveOrder): boolean {
    return inPriority(order.book, order.side).includes(order);
  }

  #fault({ book, site, side, tick, quantity, timeInForce, lifetimeMs }: NaiveIntake): BookCode | null {
    if (book.phase === "closed") return "book-closed";
    if (!book.positions.has(site)) return "unknown-position";
    const isAtOnce = timeInForce === "immediate" || timeInForce === "fill-or-kill";
    if (isAtOnce && book.phase === "call") return "bad-time-in-force";
    if (!Number.isInteger(quantity) || quantity < 1 || quantity > 2 ** 31 - 1) return "bad-quantity";
    if (!Number.isInteger(tick) || tick < 0 || tick >= book.ticks) return "price-out-of-range";
    if (timeInForce === "time" ? lifetimeMs < 1 : lifetimeMs !== 0) return "bad-lifetime";
    const hasOther = otherSide(book, side).some((order) => order.site === site);
    if (book.phase === "call" && book.selfTrade !== "allowed" && hasOther) return "both-sides";
    if (!isWithinLimit(book, site, side, quantity)) return "position-limit";
    if (this.#resting >= this.#size.ordersMax) return "orders-full";
    const onSide = inPriority(book, side).length;
    const needsLadder = onSide === this.#size.queueMax && !book.grown.has(side);
    if (isAtOnce || !needsLadder) return null;
    const ladders = this.books.reduce((sum, { grown }) => sum + grown.size, 0);
    return ladders >= this.#size.laddersMax ? "ladders-full" : null;
  }

  #isFillable({ book, site, side, tick, quantity }: NaiveIntake): boolean {
    let left = quantity;
    for (const maker of otherSide(book, side)) {
      if (left <= 0 || !crosses(side, tick, maker.tick)) break;
      if (maker.site !== site || book.selfTrade === "allowed") left -= maker.left;
      else if (book.selfTrade !== "cancel-resting") return false;
    }
    return left <= 0;
  }

  /** Answers whether the order rests now. */
  #enter(order: NaiveOrder, rests: boolean): boolean {
    const { book } = order;
    let reason: EndReason = "remainder";
    while (book.phase === "continuous" && order.left > 0) {
      const maker = otherSide(book, order.side)[0];
      if (maker === undefined || !crosses(order.side, order.tick, maker.tick)) break;
      const isOwn = maker.site === order.site && book.selfTrade !== "allowed";
      if (isOwn && book.selfTrade === "cancel-newest") {
        reason = "self-trade";
        break;
      }
      if (isOwn && book.selfTrade === "cancel-resting") this.#end(maker, "self-trade");
      else this.#meet(maker, order, isOwn);
    }
    if (order.left === 0) return false;
    if (reason === "self-trade" || !rests) {
      this.events.push({ ...eventOf("ended", order, order.tick, order.left), reason });
      return false;
    }
    const side = inPriority(book, order.side);
    const behind = side.findIndex(({ tick }) =>
      order.side === "bid" ? tick < order.tick : tick > order.tick,
    );
    side.splice(behind === -1 ? side.length : behind, 0, order);
    if (side.length > this.#size.queueMax) book.grown.add(order.side);
    this.#resting++;
    return true;
  }

  #meet(maker: NaiveOrder, taker: NaiveOrder, isOwn: boolean): void {
    const quantity = Math.min(maker.left, taker.left);
    maker.left -= quantity;
    taker.left -= quantity;
    const kind = isOwn ? "decremented" : "traded";
    this.events.push({ ...eventOf(kind, maker, maker.tick, quantity), other: taker.number });
    if (!isOwn) {
      for (const { book, site, side } of [maker, taker]) {
        const position = book.positions.get(site);
        if (position !== undefined) position.net += side === "bid" ? quantity : -quantity;
      }
    }
    if (maker.left === 0) this.#remove(maker);
  }

  #end(order: NaiveOrder, reason: EndReason): void {
    this.#remove(order);
    this.events.push({ ...eventOf("ended", order, order.tick, order.left), reason });
  }

  #remove(order: NaiveOrder): void {
    const side = inPriority(order.book, order.side);
    side.splice(side.indexOf(order), 1);
    this.#resting--;
    if (side.length === 0) order.book.grown.delete(order.side);
  }

  #say(kind: BookEventKind, order: NaiveOrder, tick: number, quantity: number): void {
    this.events.push(eventOf(kind, order, tick, quantity));
  }
}

function eventOf(kind: BookEventKind, order: NaiveOrder, tick: number, quantity: number): NaiveEvent {
  return { kind, order: order.number, other: null, reason: null, tick, quantity };
}

function crosses(side: "bid" | "offer", tick: number, makerTick: number): boolean {
  return side === "bid" ? tick >= makerTick : tick <= makerTick;
}

/** The orders of a side, best price first, and at one price the earliest first. */
export function inPriority(book: NaiveBook, side: "bid" | "offer"): NaiveOrder[] {
  return side === "bid" ? book.bids : book.offers;
}

function otherSide(book: NaiveBook, side: "bid" | "offer"): NaiveOrder[] {
  return side === "bid" ? book.offers : book.bids;
}

/** What a site has open on a side, in Wh. */
export function openQuantity(book: NaiveBook, site: number, side: "bid" | "offer"): number {
  return inPriority(book, side)
    .filter((order) => order.site === site)
    .reduce((sum, { left }) => sum + left, 0);
}

function isWithinLimit(book: NaiveBook, site: number, side: "bid" | "offer", quantity: number): boolean {
  const position = book.positions.get(site);
  if (position === undefined) return false;
  const open = openQuantity(book, site, side) + quantity;
  return side === "bid" ? position.net + open <= position.boughtMax : open - position.net <= position.soldMax;
}
