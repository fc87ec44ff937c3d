import { type BookArena, COUNTER } from "./book-arena.ts";
import { ORDER_FIELD } from "./layout.ts";

const { EVENTS_END } = COUNTER;
const { BOOK, GENERATION, ORDER_SHIFT } = ORDER_FIELD;

/** What happened to an order. */
export const BOOK_EVENTS = [
  /** It rests in the book with `quantity` open. */
  "rested",
  /** It was hit by the order `other`, at its own price. */
  "traded",
  /** It met `other` of the same site: both lost `quantity`, and nothing was traded. */
  "decremented",
  /** Its quantity was lowered to `quantity`; it keeps its priority. */
  "cut",
  /** It left its place for one at `tick`, with `quantity` less what the trades that follow take. */
  "moved",
  /** It left with `quantity` unfilled; `reason` says why. */
  "ended",
  /** It bought or sold `quantity` at the uniform price `tick` in the call auction. */
  "cleared",
] as const;

/** What happened to an order. */
export type BookEventKind = (typeof BOOK_EVENTS)[number];

/** Why an order left with something unfilled. */
export const END_REASONS = ["cancelled", "remainder", "self-trade", "expired", "gate-closed"] as const;

/** Why an order left with something unfilled. */
export type EndReason = (typeof END_REASONS)[number];

/** Numbers of an event's first word: what happened, in the order of `BOOK_EVENTS`, and two marks. */
export const EVENT = {
  RESTED: 0,
  TRADED: 1,
  DECREMENTED: 2,
  CUT: 3,
  MOVED: 4,
  ENDED: 5,
  CLEARED: 6,
  /** Added when the order has nothing left. */
  ORDER_DONE: 16,
  /** Added when `other` has nothing left. */
  OTHER_DONE: 32,
  /** The bits of the number without the marks. */
  KIND: 15,
  /** Int32 of an event. */
  EVENT_STRIDE: 8,
} as const;

/** Where the words of an event stand; its number is the first. */
export const EVENT_FIELD = {
  /** Handle of the book. */
  BOOK_HANDLE: 1,
  /** Slot of the order; its generation follows. */
  ORDER: 2,
  /** Slot of the incoming order of a trade; its generation follows. */
  OTHER: 4,
  /** In place of `OTHER`, why an order ended. */
  REASON: 4,
  TICK: 6,
  /** In Wh. */
  QUANTITY: 7,
} as const;

/** Numbers of an end's reason, in the order of `END_REASONS`. */
export const END_REASON = {
  CANCELLED: 0,
  REMAINDER: 1,
  OWN_ORDER: 2,
  EXPIRED: 3,
  GATE_CLOSED: 4,
} as const;

const { EVENT_STRIDE, ORDER_DONE, OTHER_DONE } = EVENT;

/** Writes one event; the room for it was checked before. `other` is a slot, or a reason when `ENDED`. */
export function writeEvent(
  arena: BookArena,
  kind: number,
  slot: number,
  other: number,
  otherGeneration: number,
  tick: number,
  quantity: number,
): void {
  const { events, counters, orders } = arena;
  const at = counters[EVENTS_END] as number;
  const orderAt = slot << ORDER_SHIFT;
  events[at] = kind;
  events[at + 1] = orders[orderAt + BOOK] as number;
  events[at + 2] = slot;
  events[at + 3] = orders[orderAt + GENERATION] as number;
  events[at + 4] = other;
  events[at + 5] = otherGeneration;
  events[at + 6] = tick;
  events[at + 7] = quantity;
  counters[EVENTS_END] = at + EVENT_STRIDE;
}

/** Whether `count` more events fit. */
export function hasEventRoom({ events, counters }: BookArena, count: number): boolean {
  return (counters[EVENTS_END] as number) + count * EVENT_STRIDE <= events.length;
}

/** An order's name: its slot, and how often that was given out before. */
export interface OrderHandle {
  readonly slot: number;
  readonly generation: number;
}

/** One event, read out of the arena. */
export interface BookEvent {
  readonly kind: BookEventKind;
  /** Handle of the book. */
  readonly book: number;
  readonly order: OrderHandle;
  /** The incoming order of a trade; `null` when the event has none. */
  readonly other: OrderHandle | null;
  /** Why the order ended; `null` for all other events. */
  readonly reason: EndReason | null;
  readonly tick: number;
  /** In Wh. */
  readonly quantity: number;
  /** Whether the order has nothing left in the book after this. */
  readonly orderDone: boolean;
  /** The same of `other`. */
  readonly otherDone: boolean;
}

/** How many events wait. */
export function eventCount({ counters }: BookArena): number {
  return (counters[EVENTS_END] as number) / EVENT_STRIDE;
}

/** Reads the waiting event with this number, counted from 0. */
export function readEvent({ events }: BookArena, number: number): BookEvent {
  const at = number * EVENT_STRIDE;
  const word = (field: number): number => events[at + field] as number;
  const kind = BOOK_EVENTS[word(0) & 15] as BookEventKind;
  const hasOther = kind === "traded" || kind === "decremented";
  return {
    kind,
    book: word(1),
    order: { slot: word(2), generation: word(3) },
    other: hasOther ? { slot: word(4), generation: word(5) } : null,
    reason: kind === "ended" ? (END_REASONS[word(4)] as EndReason) : null,
    tick: word(6),
    quantity: word(7),
    orderDone: (word(0) & ORDER_DONE) !== 0,
    otherDone: (word(0) & OTHER_DONE) !== 0,
  };
}

/** Reads all waiting events and makes room for new ones. */
export function takeEvents(arena: BookArena): readonly BookEvent[] {
  const taken = Array.from({ length: eventCount(arena) }, (_, number) => readEvent(arena, number));
  clearEvents(arena);
  return taken;
}

/** Makes room for new events, once the waiting ones were read. */
export function clearEvents({ counters }: BookArena): void {
  counters[EVENTS_END] = 0;
}
