import assert from "node:assert/strict";
import type { Hex } from "@commonwatt/vpp-core";
import type { IntervalAccounts } from "../accounting/account-interval.ts";
import { type FillLeaf, fillMoney } from "./fill-leaf.ts";
import type { ArchivedOrder } from "./order-rows.ts";

/** A fill that is not yet counted together with those before it. */
type Entry = Omit<FillLeaf, "orderFilledWh" | "soldWh" | "boughtWh" | "creditNano" | "debitNano">;

/** The sides of trades by number: 2t is the sale of trade t, 2t + 1 its purchase. */
interface Sides {
  /** The index of each side's order. */
  readonly orderOf: Uint32Array;
  /** Sides by account, order and twin, as fills stand. */
  readonly sorted: Uint32Array;
}

/**
 * Every trade twice, once for each of its orders, by account, order and twin, with running sums.
 * Throws an AssertionError for a trade whose orders are not there.
 */
export function fillLeaves(
  orders: readonly ArchivedOrder[],
  accounts: IntervalAccounts,
): readonly FillLeaf[] {
  const { orderOf, sorted } = sidesOf(orders, accounts);
  const placeOf = new Uint32Array(sorted.length);
  for (const [place, side] of sorted.entries()) placeOf[side] = place;
  const fills: FillLeaf[] = [];
  for (const side of sorted) {
    const index = side >> 1;
    const orderIndex = orderOf[side] ?? -1;
    const settlement = accounts.trades[index];
    const order = orders[orderIndex];
    assert(settlement !== undefined && order !== undefined, "a side is one of a settled trade");
    const { trade, settledWh, paidNano, sellerMakeWholeNano, buyerMakeWholeNano } = settlement;
    const entry = {
      twin: placeOf[side ^ 1] ?? 0,
      accountIndex: order.leaf.accountIndex,
      orderIndex,
      isSeller: (side & 1) === 0,
      phase: trade.phase === "continuous" ? 0 : 1,
      energyWh: trade.energyWh,
      price: trade.price,
      settledWh,
      paidNano,
      sellerMakeWholeNano,
      buyerMakeWholeNano,
      feeNano: accounts.fees[index] ?? 0n,
    };
    fills.push(withSumsOf(fills.at(-1), entry));
  }
  return fills;
}

/** A fill whose sums count from the one before it, when that is of the same account. */
export function withSumsOf(before: FillLeaf | undefined, fill: Entry): FillLeaf {
  const sameAccount = before?.accountIndex === fill.accountIndex ? before : undefined;
  const sameOrder = sameAccount?.orderIndex === fill.orderIndex ? sameAccount : undefined;
  const { creditNano, debitNano } = fillMoney(fill);
  // Field by field: a spread of the entry takes three times as long, and there are two entries for every trade.
  return {
    twin: fill.twin,
    accountIndex: fill.accountIndex,
    orderIndex: fill.orderIndex,
    isSeller: fill.isSeller,
    phase: fill.phase,
    energyWh: fill.energyWh,
    price: fill.price,
    settledWh: fill.settledWh,
    paidNano: fill.paidNano,
    sellerMakeWholeNano: fill.sellerMakeWholeNano,
    buyerMakeWholeNano: fill.buyerMakeWholeNano,
    feeNano: fill.feeNano,
    orderFilledWh: (sameOrder?.orderFilledWh ?? 0) + fill.energyWh,
    soldWh: (sameAccount?.soldWh ?? 0) + (fill.isSeller ? fill.energyWh : 0),
    boughtWh: (sameAccount?.boughtWh ?? 0) + (fill.isSeller ? 0 : fill.energyWh),
    creditNano: (sameAccount?.creditNano ?? 0n) + creditNano,
    debitNano: (sameAccount?.debitNano ?? 0n) + debitNano,
  };
}

function sidesOf(orders: readonly ArchivedOrder[], { trades }: IntervalAccounts): Sides {
  const indexOf = new Map<Hex, number>();
  for (const [index, { leaf }] of orders.entries()) indexOf.set(leaf.digest, index);
  const ranks = ranksOf(orders);
  const orderOf = new Uint32Array(2 * trades.length);
  for (const [index, { trade }] of trades.entries()) {
    const offer = indexOf.get(trade.offerId);
    const bid = indexOf.get(trade.bidId);
    assert(offer !== undefined && bid !== undefined, `trade ${trade.id} is of orders that are not there`);
    orderOf[2 * index] = offer;
    orderOf[2 * index + 1] = bid;
  }
  // By trade, then by the rank of the other side's order, then by that of its own: what comes first counts least.
  const rankOf = (side: number): number => ranks[orderOf[side] ?? 0] ?? 0;
  const byTrade = orderOf.map((_, side) => side);
  const byTwin = sortedBy(byTrade, (side) => rankOf(side ^ 1), orders.length);
  return { orderOf, sorted: sortedBy(byTwin, rankOf, orders.length) };
}

/** Items by a key below a limit; those of equal keys stay as they stand. */
function sortedBy(items: Uint32Array, keyOf: (item: number) => number, limit: number): Uint32Array {
  const next = new Uint32Array(limit + 1);
  for (const item of items) next[keyOf(item) + 1] = (next[keyOf(item) + 1] ?? 0) + 1;
  for (let key = 1; key <= limit; key++) next[key] = (next[key] ?? 0) + (next[key - 1] ?? 0);
  const sorted = new Uint32Array(items.length);
  for (const item of items) {
    const place = next[keyOf(item)] ?? 0;
    sorted[place] = item;
    next[keyOf(item)] = place + 1;
  }
  return sorted;
}

/** The place of each order among all of them by account and index. */
function ranksOf(orders: readonly ArchivedOrder[]): Uint32Array {
  const accountOf = Uint32Array.from(orders, ({ leaf }) => leaf.accountIndex);
  const sorted = accountOf.map((_, index) => index);
  sorted.sort((a, b) => (accountOf[a] ?? 0) - (accountOf[b] ?? 0) || a - b);
  const ranks = new Uint32Array(orders.length);
  for (const [rank, index] of sorted.entries()) ranks[index] = rank;
  return ranks;
}
