import assert from "node:assert/strict";
import type { AcceptedOrder, Book, OrderEnd } from "./market-state.ts";

/** Takes an order out of its book. It stays known, so that sending it again does not bring it back. */
export function endOrder(book: Book, accepted: AcceptedOrder, end: OrderEnd): void {
  const position = book.positions.get(accepted.order.siteId);
  assert(position !== undefined && accepted.ended === null, "only an order that is in its book can end");
  accepted.ended = end;
  position.orderCount -= 1;
  position.energyWh -= accepted.order.energyWh;
}
