import assert from "node:assert/strict";
import type { EpochMs, SignedOrder } from "@commonwatt/vpp-core";
import { clearEvents } from "../book/book-event.ts";
import { cancelOrder } from "../book/cancel-order.ts";
import { generationOf } from "../book/order-slot.ts";
import { openPosition } from "../book/position.ts";
import { replaceOrder } from "../book/replace-order.ts";
import { submitOrder, TIME_IN_FORCE } from "../book/submit-order.ts";
import { type Admission, admitOrder, type SignatureTrust } from "./admit-order.ts";
import { arenaNow, moveClock } from "./advance-market.ts";
import { type BookEffect, levelEffect, rest, takeEffects, takeOut } from "./book-effect.ts";
import type { MarketEvent } from "./market-input.ts";
import {
  type AcceptedOrder,
  type Book,
  type MarketState,
  type SitePosition,
  sideCode,
} from "./market-state.ts";

const { FILL_OR_KILL, GOOD_TILL_GATE, GOOD_TILL_TIME, IMMEDIATE_OR_CANCEL } = TIME_IN_FORCE;

/** Without a limit of the arena's: what a site may trade is checked when the order is admitted. */
const NO_LIMIT_WH = 2 ** 52;
/** The longest lifetime that the arena knows; who wants more gets until gate closure. */
const LIFETIME_MAX_MS = 2 ** 31 - 1;

/** Takes an order into its book, in place of another if it says so. */
export function placeOrder(
  state: MarketState,
  candidate: unknown,
  at: EpochMs,
  signatures: SignatureTrust,
): MarketEvent {
  const admission = admitOrder(state, candidate, at, signatures);
  switch (admission.outcome) {
    case "rejected":
      return { kind: "order-rejected", changed: false, ...admission.rejection };
    case "known": {
      const { id, sequence } = admission.accepted;
      return { kind: "order-accepted", changed: false, orderId: id, sequence, effects: [] };
    }
    case "new":
      return takeOrder(state, admission, at);
  }
}

function takeOrder(
  state: MarketState,
  { id, order, book, replaced, openWh }: Admission & { readonly outcome: "new" },
  at: EpochMs,
): MarketEvent {
  const sequence = state.sequence + 1;
  const filledBeforeWh = order.energyWh - openWh;
  const accepted: AcceptedOrder = {
    ...{ id, sequence, acceptedAtMs: at, order, filledBeforeWh },
    ...{ filledWh: 0, openWh: 0, slot: 0, ended: null },
  };
  const position = positionOf(state, book, order);
  const effects =
    replaced !== null && keepsHandle(replaced, order)
      ? moveOrder(state, replaced, accepted, openWh)
      : enterOrder(state, book, position, replaced, accepted, openWh, at);
  if (accepted.openWh === 0 && accepted.ended === null) {
    accepted.ended = { by: accepted.filledWh === openWh ? "filled" : "self-trade", sequence };
  }
  book.orders.push(accepted);
  position.placed.push(accepted);
  state.orders.set(id, accepted);
  return { kind: "order-accepted", changed: true, orderId: id, sequence, effects };
}

/** Whether an order can take the place of another within the arena, where it may keep its priority. */
function keepsHandle(replaced: AcceptedOrder, order: SignedOrder): boolean {
  return replaced.order.side === order.side && replaced.order.timing === undefined;
}

function moveOrder(
  state: MarketState,
  replaced: AcceptedOrder,
  accepted: AcceptedOrder,
  openWh: number,
): readonly BookEffect[] {
  const { arena, resting } = state;
  const { slot, openWh: beforeWh } = replaced;
  const { sequence } = accepted;
  takeOut(state, replaced, beforeWh, { by: "replacement", sequence });
  const tick = tickOf(state, accepted);
  assert(replaceOrder(arena, slot, generationOf(arena, slot), tick, openWh) === 0, "an admitted order fits");
  const left: BookEffect = levelEffect(replaced, -beforeWh, "replaced");
  const incoming = { accepted, slot, lostWh: 0 };
  const effects = takeEffects(state, incoming, sequence);
  if (accepted.slot !== 0 || accepted.ended !== null) return [left, ...effects];
  const restsWh = openWh - accepted.filledWh - incoming.lostWh;
  if (restsWh === 0) return [left, ...effects];
  assert(!resting.has(slot), "the slot is the order's own");
  rest(state, accepted, slot, restsWh);
  return [left, ...effects, levelEffect(accepted, restsWh, "accepted")];
}

function enterOrder(
  state: MarketState,
  book: Book,
  position: SitePosition,
  replaced: AcceptedOrder | null,
  accepted: AcceptedOrder,
  openWh: number,
  at: EpochMs,
): readonly BookEffect[] {
  const { arena } = state;
  const { order, sequence } = accepted;
  const effects = replaced === null ? [] : leave(state, replaced, sequence);
  const inForce = timeInForceOf(order);
  if (inForce === GOOD_TILL_TIME) moveClock(state, at);
  const lifetimeMs = inForce === GOOD_TILL_TIME ? lifetimeOf(order, arenaNow(arena)) : 0;
  const isTimed = lifetimeMs > 0 && lifetimeMs <= LIFETIME_MAX_MS;
  const slot = submitOrder(
    arena,
    book.handle,
    position.number,
    sideCode(order.side),
    tickOf(state, accepted),
    openWh,
    inForce === GOOD_TILL_TIME && !isTimed ? GOOD_TILL_GATE : inForce,
    isTimed ? lifetimeMs : 0,
  );
  assert(slot > 0, "an admitted order fits");
  return [...effects, ...takeEffects(state, { accepted, slot, lostWh: 0 }, sequence)];
}

function leave(state: MarketState, replaced: AcceptedOrder, sequence: number): readonly BookEffect[] {
  const { openWh } = replaced;
  takeFromBook(state, replaced);
  takeOut(state, replaced, openWh, { by: "replacement", sequence });
  return [levelEffect(replaced, -openWh, "replaced")];
}

/** Takes a resting order out of the arena. */
export function takeFromBook({ arena }: MarketState, { slot }: AcceptedOrder): void {
  assert(cancelOrder(arena, slot, generationOf(arena, slot)) === 0, "an order that rests can leave");
  clearEvents(arena);
}

function tickOf({ books }: MarketState, { order }: AcceptedOrder): number {
  const book = books.get(order.intervalIndex);
  assert(book !== undefined, "an order has a book");
  return order.limitPrice / book.prices.priceTick;
}

function timeInForceOf({ timing }: SignedOrder): number {
  if (timing === undefined) return GOOD_TILL_GATE;
  if (timing.inForce === "good-till-time") return GOOD_TILL_TIME;
  return timing.inForce === "fill-or-kill" ? FILL_OR_KILL : IMMEDIATE_OR_CANCEL;
}

function lifetimeOf({ timing }: SignedOrder, nowMs: number): number {
  return timing?.inForce === "good-till-time" ? timing.expiresAtMs - nowMs : 0;
}

function positionOf(state: MarketState, book: Book, { siteId }: SignedOrder): SitePosition {
  const known = book.positions.get(siteId);
  if (known !== undefined) return known;
  const site = state.siteNumbers.get(siteId);
  assert(site !== undefined, "a site of the register has a number");
  const number = openPosition(state.arena, book.handle, site, NO_LIMIT_WH, NO_LIMIT_WH);
  assert(number > 0, "an admitted order finds room for its position");
  const position: SitePosition = { number, placed: [] };
  book.positions.set(siteId, position);
  return position;
}
