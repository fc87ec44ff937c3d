import assert from "node:assert/strict";
import type { BookOrder } from "./mechanism.ts";

/** The orders by id. Throws an AssertionError for a book that is none, see `Mechanism.clear`. */
export function checkOrders(orders: readonly BookOrder[]): ReadonlyMap<string, BookOrder> {
  const byId = new Map<string, BookOrder>();
  const sideOf = new Map<string, BookOrder["side"]>();
  let energyWh = 0;
  for (const order of orders) {
    assert(!byId.has(order.id), `two orders have the id ${order.id}`);
    byId.set(order.id, order);
    assert(
      Number.isSafeInteger(order.energyWh) && order.energyWh > 0,
      "an order's energy must be an integer above zero",
    );
    energyWh += order.energyWh;
    assert(Number.isSafeInteger(energyWh), "the energy of a book must stay a safe integer");
    assert(
      Number.isSafeInteger(order.limitPrice) && order.limitPrice >= 0,
      "an order's limit price must be an integer of at least zero",
    );
    const side = sideOf.get(order.trader) ?? order.side;
    assert(side === order.side, `trader ${order.trader} is on both sides of the book`);
    sideOf.set(order.trader, side);
  }
  return byId;
}
