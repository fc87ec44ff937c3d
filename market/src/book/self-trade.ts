import type { BookArena } from "./book-arena.ts";
import { END_REASON, EVENT, writeEvent } from "./book-event.ts";
import { endOrder } from "./end-order.ts";
import { ORDER_FIELD, POSITION_FIELD, sideOf, tickOf } from "./layout.ts";
import { freeSlot } from "./order-slot.ts";
import { addOpen } from "./position.ts";
import { removeOrder } from "./resting-orders.ts";

const { DECREMENTED, ORDER_DONE, OTHER_DONE } = EVENT;
const { OWN_ORDER } = END_REASON;
const { GENERATION, KEY, LEFT, ORDER_SHIFT, POSITION } = ORDER_FIELD;
const { POSITION_SHIFT } = POSITION_FIELD;

/** What happens when an incoming order meets a resting one of the same site. */
export const SELF_TRADE_POLICY = {
  /** They trade. */
  ALLOWED: 0,
  /** The incoming order ends, with what it has left. */
  CANCEL_NEWEST: 1,
  /** The resting order ends, and the incoming one goes on. */
  CANCEL_RESTING: 2,
  /** Both lose the smaller of the two quantities, and nothing is traded. */
  DECREMENT: 3,
} as const;

/** One of `SELF_TRADE_POLICY`. */
export type SelfTradePolicy = 0 | 1 | 2 | 3;

const { CANCEL_NEWEST, CANCEL_RESTING } = SELF_TRADE_POLICY;

/**
 * Keeps a site from trading with itself: `maker` rests, `taker` has `left` and comes in. Answers what the
 * taker has left to go on with; negative, as `~left`, when it must stop there.
 */
export function preventSelfTrade(
  arena: BookArena,
  policy: number,
  bookAt: number,
  maker: number,
  taker: number,
  left: number,
): number {
  if (policy === CANCEL_NEWEST) return ~left;
  if (policy === CANCEL_RESTING) {
    endOrder(arena, maker, OWN_ORDER);
    return left;
  }
  const { orders, positions } = arena;
  const makerAt = maker << ORDER_SHIFT;
  const makerLeft = orders[makerAt + LEFT] as number;
  const key = orders[makerAt + KEY] as number;
  const lost = Math.min(left, makerLeft);
  const done = (lost === makerLeft ? ORDER_DONE : 0) | (lost === left ? OTHER_DONE : 0);
  const takerGeneration = orders[(taker << ORDER_SHIFT) + GENERATION] as number;
  writeEvent(arena, DECREMENTED | done, maker, taker, takerGeneration, tickOf(key), lost);
  addOpen(positions, (orders[makerAt + POSITION] as number) << POSITION_SHIFT, sideOf(key), -lost);
  if (lost < makerLeft) {
    orders[makerAt + LEFT] = makerLeft - lost;
  } else {
    removeOrder(arena, bookAt, maker);
    freeSlot(arena, maker);
  }
  return left - lost;
}
