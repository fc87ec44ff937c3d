import assert from "node:assert/strict";
import { divFloor, type WattHours, wattHours } from "@commonwatt/vpp-core";
import type { BookOrder } from "./mechanism.ts";
import type { Allocation } from "./pair-allocations.ts";

/**
 * Shares `energy` among orders in proportion to what each asked for, by largest remainder: everyone gets
 * the whole watt-hours of their share, and the few left over go one each to the largest fractions, equal
 * fractions in the order given. Nobody gets more than they asked for, and splitting an order in two moves
 * its share by at most 2 Wh. Needs 0 ≤ energy ≤ the sum asked for.
 */
export function proRata(
  orders: readonly Pick<BookOrder, "id" | "energyWh">[],
  energy: WattHours,
): readonly Allocation[] {
  const asked = orders.reduce((sum, order) => sum + BigInt(order.energyWh), 0n);
  assert(energy >= 0 && BigInt(energy) <= asked, "cannot share out more than was asked for");
  if (asked === 0n) return [];
  const shares = orders.map((order) => {
    const weighted = BigInt(energy) * BigInt(order.energyWh);
    return { orderId: order.id, wholeWh: Number(divFloor(weighted, asked)), fraction: weighted % asked };
  });
  let left = energy - shares.reduce((sum, share) => sum + share.wholeWh, 0);
  const lucky = new Set(
    shares
      .toSorted((a, b) => (a.fraction === b.fraction ? 0 : a.fraction > b.fraction ? -1 : 1))
      .slice(0, left)
      .map((share) => share.orderId),
  );
  left -= lucky.size;
  assert(left === 0, "the remainders must use up what is left");
  return shares
    .map(({ orderId, wholeWh }) => ({ orderId, energyWh: wattHours(wholeWh + (lucky.has(orderId) ? 1 : 0)) }))
    .filter((allocation) => allocation.energyWh > 0);
}
