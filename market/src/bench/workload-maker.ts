import type { Random } from "@commonwatt/vpp-core";
import { takeEvents } from "../book/book-event.ts";
import { type BookSide, SIDE } from "../book/layout.ts";
import { generationOf, openQuantity } from "../book/order-slot.ts";
import { FlatEngine } from "./flat-engine.ts";
import { MESSAGE, type WorkloadShape } from "./workload.ts";

const { CANCEL, MESSAGE_STRIDE, MOVE } = MESSAGE;

const { BID } = SIDE;

/**
 * Writes a workload's messages. It plays each on the core to know which orders rest, so that cancels and moves
 * name orders that are there; every engine is compared with every other later, so the core is not trusted.
 */
export class WorkloadMaker {
  readonly messages: Int32Array;
  readonly #engine: FlatEngine;
  readonly #shape: WorkloadShape;
  /** Numbers of the orders that rest, in no order. */
  readonly #resting: number[] = [];
  /** By slot: the order's number. */
  readonly #orderOfSlot: Int32Array;
  /** By order: its place in `resting`, −1 when it does not rest. */
  readonly #places: Int32Array;
  /** By order: its slot and generation. */
  readonly #handles: Int32Array;
  /** By order: the index of the message that brought or last moved it. */
  readonly #messageOf: Int32Array;
  #count = 0;
  #orders = 0;

  constructor(shape: WorkloadShape) {
    const most = shape.fill + shape.timed;
    this.#shape = shape;
    this.messages = new Int32Array(most * MESSAGE_STRIDE);
    this.#engine = new FlatEngine(shape);
    this.#orderOfSlot = new Int32Array(shape.restingMax + 2);
    this.#places = new Int32Array(most).fill(-1);
    this.#messageOf = new Int32Array(most);
    this.#handles = new Int32Array(2 * most);
  }

  get count(): number {
    return this.#count;
  }

  /** A new order: `kind` is ADD or TAKE. */
  order(kind: number, book: number, side: BookSide, tick: number, quantityWh: number): void {
    const order = this.#orders++;
    this.#play(kind, order, book, (order * 7) % this.#shape.sites, side, tick, quantityWh);
  }

  /** Cancels any order that rests. */
  cancelAny(random: Random): void {
    const [order, book, site, side, tick, quantityWh] = this.#any(random);
    this.#play(CANCEL, order, book, site, side, tick, quantityWh);
  }

  /** Moves any order that rests to another price up to `ticks` away, on its own side of the middle. */
  moveAny(random: Random, ticks: number): void {
    const [order, book, site, side, tick, quantityWh] = this.#any(random);
    const middle = this.#shape.ticks / 2;
    const [low, high] = side === BID ? [0, middle - 1] : [middle, this.#shape.ticks - 1];
    const away = random.integer(1, ticks) * (random.next() < 0.5 ? -1 : 1);
    const moved = tick + away < low || tick + away > high ? tick - away : tick + away;
    this.#play(MOVE, order, book, site, side, moved, quantityWh);
  }

  #any(random: Random): [number, number, number, BookSide, number, number] {
    const order = this.#resting[random.integer(0, this.#resting.length - 1)] as number;
    const at = this.#messageOf[order] as number;
    const field = (i: number): number => this.messages[at + i] as number;
    const openWh = openQuantity(this.#engine.arena, this.#handles[2 * order] as number);
    return [order, field(2), field(3), field(4) as BookSide, field(5), openWh];
  }

  #play(
    kind: number,
    order: number,
    book: number,
    site: number,
    side: BookSide,
    tick: number,
    quantityWh: number,
  ): void {
    const at = this.#count++ * MESSAGE_STRIDE;
    const handle = kind < CANCEL ? [] : this.#handles.subarray(2 * order, 2 * order + 2);
    this.messages.set([kind, order, book, site, side, tick, quantityWh, ...handle], at);
    this.#messageOf[order] = at;
    const answer = this.#engine.play(this.messages, at);
    if (answer < 0)
      throw new RangeError(`message ${this.#count - 1} of ${this.#shape.name} is refused: ${answer}`);
    if (kind < CANCEL) {
      this.#orderOfSlot[answer] = order;
      this.#handles[2 * order] = answer;
      this.#handles[2 * order + 1] = generationOf(this.#engine.arena, answer);
    }
    for (const event of takeEvents(this.#engine.arena)) {
      if (event.orderDone) this.#drop(this.#orderOfSlot[event.order.slot] as number);
      else if (event.kind === "rested") this.#keep(this.#orderOfSlot[event.order.slot] as number);
    }
  }

  #keep(order: number): void {
    if ((this.#places[order] as number) >= 0) return;
    this.#places[order] = this.#resting.length;
    this.#resting.push(order);
  }

  #drop(order: number): void {
    const place = this.#places[order] as number;
    if (place < 0) return;
    const last = this.#resting.pop() as number;
    if (last !== order) {
      this.#resting[place] = last;
      this.#places[last] = place;
    }
    this.#places[order] = -1;
  }
}
