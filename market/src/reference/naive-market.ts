import type { BookCode } from "../book/book-code.ts";
import type { BookEventKind, EndReason } from "../book/book-event.ts";

/**
 * The rules of the matching core written plainly: arrays of objects, sorted and searched anew at every step.
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
  expiresAtMs: number | null;
  /** Priority among equal prices: the smaller the better. */
  priority: number;
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
  orders: NaiveOrder[];
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
  #priority = 0;
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
      orders: [],
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
      priority: 0,
    };
    this.#enter(order, timeInForce !== "immediate");
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
      .flatMap(({ orders }) => orders)
      .filter(({ expiresAtMs }) => expiresAtMs !== null && expiresAtMs <= nowMs)
      .sort((a, b) => Number(a.expiresAtMs) - Number(b.expiresAtMs) || a.number - b.number);
    for (const order of expired) this.#end(order, "expired");
    return null;
  }

  close(book: NaiveBook): BookCode | null {
    if (book.phase === "closed") return "book-closed";
    book.phase = "closed";
    for (const order of [...inPriority(book, "bid"), ...inPriority(book, "offer")]) {
      this.#end(order, "gate-closed");
    }
    return null;
  }

  isResting(order: NaiveOrder): boolean {
    return order.book.orders.includes(order);
  }

  #fault({ book, site, side, tick, quantity, timeInForce, lifetimeMs }: NaiveIntake): BookCode | null {
    if (book.phase === "closed") return "book-closed";
    if (!book.positions.has(site)) return "unknown-position";
    const isAtOnce = timeInForce === "immediate" || timeInForce === "fill-or-kill";
    if (isAtOnce && book.phase === "call") return "bad-time-in-force";
    if (!Number.isInteger(quantity) || quantity < 1 || quantity > 2 ** 31 - 1) return "bad-quantity";
    if (!Number.isInteger(tick) || tick < 0 || tick >= book.ticks) return "price-out-of-range";
    if (timeInForce === "time" ? lifetimeMs < 1 : lifetimeMs !== 0) return "bad-lifetime";
    const hasOther = book.orders.some((order) => order.site === site && order.side !== side);
    if (book.phase === "call" && book.selfTrade !== "allowed" && hasOther) return "both-sides";
    if (!isWithinLimit(book, site, side, quantity)) return "position-limit";
    if (this.books.flatMap(({ orders }) => orders).length >= this.#size.ordersMax) return "orders-full";
    const onSide = book.orders.filter((order) => order.side === side).length;
    const ladders = this.books.reduce((sum, { grown }) => sum + grown.size, 0);
    const needsLadder = onSide === this.#size.queueMax && !book.grown.has(side);
    return !isAtOnce && needsLadder && ladders >= this.#size.laddersMax ? "ladders-full" : null;
  }

  #isFillable({ book, site, side, tick, quantity }: NaiveIntake): boolean {
    let left = quantity;
    for (const maker of inPriority(book, side === "bid" ? "offer" : "bid")) {
      if (left <= 0 || !crosses(side, tick, maker.tick)) break;
      if (maker.site !== site || book.selfTrade === "allowed") left -= maker.left;
      else if (book.selfTrade !== "cancel-resting") return false;
    }
    return left <= 0;
  }

  #enter(order: NaiveOrder, rests: boolean): void {
    const { book } = order;
    let reason: EndReason = "remainder";
    while (book.phase === "continuous" && order.left > 0) {
      const maker = inPriority(book, order.side === "bid" ? "offer" : "bid")[0];
      if (maker === undefined || !crosses(order.side, order.tick, maker.tick)) break;
      const isOwn = maker.site === order.site && book.selfTrade !== "allowed";
      if (isOwn && book.selfTrade === "cancel-newest") {
        reason = "self-trade";
        break;
      }
      if (isOwn && book.selfTrade === "cancel-resting") this.#end(maker, "self-trade");
      else this.#meet(maker, order, isOwn);
    }
    if (order.left === 0) return;
    if (reason === "self-trade" || !rests) {
      this.events.push({ ...eventOf("ended", order, order.tick, order.left), reason });
      return;
    }
    order.priority = this.#priority++;
    book.orders.push(order);
    const onSide = book.orders.filter(({ side }) => side === order.side).length;
    if (onSide > this.#size.queueMax) book.grown.add(order.side);
    this.#say("rested", order, order.tick, order.left);
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
    const { book, side } = order;
    book.orders = book.orders.filter((other) => other !== order);
    if (!book.orders.some((other) => other.side === side)) book.grown.delete(side);
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
export function inPriority(book: NaiveBook, side: "bid" | "offer"): readonly NaiveOrder[] {
  const better = side === "bid" ? -1 : 1;
  return book.orders
    .filter((order) => order.side === side)
    .sort((a, b) => better * (a.tick - b.tick) || a.priority - b.priority);
}

/** What a site has open on a side, in Wh. */
export function openQuantity(book: NaiveBook, site: number, side: "bid" | "offer"): number {
  return book.orders
    .filter((order) => order.site === site && order.side === side)
    .reduce((sum, { left }) => sum + left, 0);
}

function isWithinLimit(book: NaiveBook, site: number, side: "bid" | "offer", quantity: number): boolean {
  const position = book.positions.get(site);
  if (position === undefined) return false;
  const open = openQuantity(book, site, side) + quantity;
  return side === "bid" ? position.net + open <= position.boughtMax : open - position.net <= position.soldMax;
}
