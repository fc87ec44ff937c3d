import type { BookOrder, ClearingContext, MechanismOutcome } from "@commonwatt/market";

/** The orders of one interval as columns, homes rising, and what the clearing made of them. */
export class IntervalOrders {
  interval = -1;
  /** What the auction draws by. */
  draw = 0;
  count = 0;
  /** Side and tick of each, see `keyOf` of the market. */
  keys: Int32Array = new Int32Array(0);
  quantitiesWh: Int32Array = new Int32Array(0);
  /** The home of each. */
  sites: Int32Array = new Int32Array(0);
  /** What each got. */
  fillsWh: Int32Array = new Int32Array(0);
  /** One more than the highest tick. */
  ticks = 1;
  /** Mean price of what members trade with each other in micro per kWh, −1 when they trade nothing. */
  price = -1;
  /** Of a mechanism on objects. */
  orders: readonly BookOrder[] = [];
  outcome: MechanismOutcome | null = null;
  context: ClearingContext | null = null;
}
