import assert from "node:assert/strict";
import type { Hex } from "@commonwatt/vpp-core";
import type { IntervalAccounts } from "../accounting/account-interval.ts";
import { type FillLeaf, fillMoney, plus } from "./fill-leaf.ts";
import type { ArchivedOrder } from "./order-rows.ts";

/** A fill that is still to be counted together with those before it. */
type Draft = { -readonly [Field in keyof FillLeaf]: FillLeaf[Field] };

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
  for (let place = 0; place < sorted.length; place++) placeOf[sorted[place] ?? 0] = place;
  const fills: FillLeaf[] = [];
  let before: FillLeaf | undefined;
  for (const side of sorted) {
    const index = side >> 1;
    const orderIndex = orderOf[side] ?? -1;
    const settlement = accounts.trades[index];
    const order = orders[orderIndex];
    assert(settlement !== undefined && order !== undefined, "a side is one of a settled trade");
    const { trade } = settlement;
    const fill: Draft = {
      twin: placeOf[side ^ 1] ?? 0,
      accountIndex: order.leaf.accountIndex,
      orderIndex,
      isSeller: (side & 1) === 0,
      phase: trade.phase === "continuous" ? 0 : 1,
      energyWh: trade.energyWh,
      price: trade.price,
      settledWh: settlement.settledWh,
      paidNano: settlement.paidNano,
      sellerMakeWholeNano: settlement.sellerMakeWholeNano,
      buyerMakeWholeNano: settlement.buyerMakeWholeNano,
      feeNano: accounts.fees[index] ?? 0n,
      orderFilledWh: 0,
      soldWh: 0,
      boughtWh: 0,
      creditNano: 0n,
      debitNano: 0n,
    };
    countFrom(before, fill);
    fills.push(fill);
    before = fill;
  }
  return fills;
}

/** A fill whose sums count from the one before it, when that is of the same account. */
export function withSumsOf(before: FillLeaf | undefined, fill: FillLeaf): FillLeaf {
  const counted: Draft = { ...fill };
  countFrom(before, counted);
  return counted;
}

function countFrom(before: FillLeaf | undefined, fill: Draft): void {
  const sameAccount = before?.accountIndex === fill.accountIndex ? before : undefined;
  const sameOrder = sameAccount?.orderIndex === fill.orderIndex ? sameAccount : undefined;
  const { creditNano, debitNano } = fillMoney(fill);
  fill.orderFilledWh = (sameOrder?.orderFilledWh ?? 0) + fill.energyWh;
  fill.soldWh = (sameAccount?.soldWh ?? 0) + (fill.isSeller ? fill.energyWh : 0);
  fill.boughtWh = (sameAccount?.boughtWh ?? 0) + (fill.isSeller ? 0 : fill.energyWh);
  fill.creditNano = plus(sameAccount?.creditNano ?? 0n, creditNano);
  fill.debitNano = plus(sameAccount?.debitNano ?? 0n, debitNano);
}

function sidesOf(orders: readonly ArchivedOrder[], { trades }: IntervalAccounts): Sides {
  const indexOf = new Map<Hex, number>();
  orders.forEach(({ leaf }, index) => {
    indexOf.set(leaf.digest, index);
  });
  const rankOf = ranksOf(orders);
  const orderOf = new Uint32Array(2 * trades.length);
  const ranks = new Uint32Array(orderOf.length);
  const twinRanks = new Uint32Array(orderOf.length);
  let sale = 0;
  for (const { trade } of trades) {
    const offer = indexOf.get(trade.offerId);
    const bid = indexOf.get(trade.bidId);
    if (offer === undefined || bid === undefined) {
      assert.fail(`trade ${trade.id} is of orders that are not there`);
    }
    orderOf[sale] = offer;
    orderOf[sale + 1] = bid;
    ranks[sale] = twinRanks[sale + 1] = rankOf[offer] ?? 0;
    ranks[sale + 1] = twinRanks[sale] = rankOf[bid] ?? 0;
    sale += 2;
  }
  // By trade, then by the rank of the other side's order, then by that of its own: what comes first counts least.
  const byTrade = orderOf.map((_, side) => side);
  const byTwin = sortedBy(byTrade, twinRanks, orders.length);
  return { orderOf, sorted: sortedBy(byTwin, ranks, orders.length) };
}

/** Items by their keys, which are below a limit; those of equal keys stay as they stand. */
function sortedBy(items: Uint32Array, keys: Uint32Array, limit: number): Uint32Array {
  const next = new Uint32Array(limit + 1);
  for (let item = 0; item < keys.length; item++) {
    const after = (keys[item] ?? 0) + 1;
    next[after] = (next[after] ?? 0) + 1;
  }
  for (let key = 1; key <= limit; key++) next[key] = (next[key] ?? 0) + (next[key - 1] ?? 0);
  const sorted = new Uint32Array(items.length);
  for (let at = 0; at < items.length; at++) {
    const item = items[at] ?? 0;
    const key = keys[item] ?? 0;
    const place = next[key] ?? 0;
    sorted[place] = item;
    next[key] = place + 1;
  }
  return sorted;
}

/** The place of each order among all of them by account and index. */
function ranksOf(orders: readonly ArchivedOrder[]): Uint32Array {
  // Both in one number, which is safe for two million orders.
  const keys = new Float64Array(orders.length);
  orders.forEach(({ leaf }, index) => {
    keys[index] = (leaf.accountIndex >>> 0) * orders.length + index;
  });
  keys.sort();
  const ranks = new Uint32Array(orders.length);
  for (let rank = 0; rank < keys.length; rank++) ranks[(keys[rank] ?? 0) % orders.length] = rank;
  return ranks;
}
