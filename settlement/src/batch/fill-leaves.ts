import assert from "node:assert/strict";
import type { Hex, Trade } from "@commonwatt/vpp-core";
import type { IntervalAccounts } from "../accounting/account-interval.ts";
import type { ArchivedOrder } from "./batch-archive.ts";
import { type FillLeaf, fillMoney } from "./fill-leaf.ts";

/** One side of a trade, before it has its place. */
interface Side {
  readonly trade: number;
  readonly isSeller: boolean;
  readonly accountIndex: number;
  readonly orderIndex: number;
  /** The other side's account and order, and the trade: sorts the fills of one order as their twins are sorted. */
  readonly otherAccount: number;
  readonly otherOrder: number;
}

const NO_SUMS = { orderFilledWh: 0, soldWh: 0, boughtWh: 0, creditNano: 0n, debitNano: 0n };

/**
 * Every trade twice, once for each of its orders, by account, order and twin, with running sums.
 * Throws an AssertionError for a trade whose orders are not there.
 */
export function fillLeaves(
  orders: readonly ArchivedOrder[],
  accounts: IntervalAccounts,
): readonly FillLeaf[] {
  const indexOf = new Map<Hex, number>(orders.map(({ leaf }, index) => [leaf.digest, index]));
  const sides = accounts.trades
    .flatMap(({ trade }, index) => sidesOf(trade, index, orders, indexOf))
    .sort(bySide);
  const places = accounts.trades.map((): [number, number] => [0, 0]);
  for (const [place, { trade, isSeller }] of sides.entries()) {
    const pair = places[trade];
    if (pair !== undefined) pair[isSeller ? 0 : 1] = place;
  }
  let before: FillLeaf | undefined;
  return sides.map((side) => {
    const settlement = accounts.trades[side.trade];
    const pair = places[side.trade];
    assert(settlement !== undefined && pair !== undefined, "a side is one of a settled trade");
    const { trade, settledWh, paidNano, sellerMakeWholeNano, buyerMakeWholeNano } = settlement;
    before = withSumsOf(before, {
      ...NO_SUMS,
      twin: pair[side.isSeller ? 1 : 0],
      ...{ accountIndex: side.accountIndex, orderIndex: side.orderIndex, isSeller: side.isSeller },
      phase: trade.phase === "continuous" ? 0 : 1,
      ...{ energyWh: trade.energyWh, price: trade.price, settledWh },
      ...{ paidNano, sellerMakeWholeNano, buyerMakeWholeNano, feeNano: accounts.fees[side.trade] ?? 0n },
    });
    return before;
  });
}

/** A fill whose sums count from the one before it, when that is of the same account. */
export function withSumsOf(before: FillLeaf | undefined, fill: FillLeaf): FillLeaf {
  const sameAccount = before?.accountIndex === fill.accountIndex ? before : undefined;
  const sameOrder = sameAccount?.orderIndex === fill.orderIndex ? sameAccount : undefined;
  const { creditNano, debitNano } = fillMoney(fill);
  return {
    ...fill,
    orderFilledWh: (sameOrder?.orderFilledWh ?? 0) + fill.energyWh,
    soldWh: (sameAccount?.soldWh ?? 0) + (fill.isSeller ? fill.energyWh : 0),
    boughtWh: (sameAccount?.boughtWh ?? 0) + (fill.isSeller ? 0 : fill.energyWh),
    creditNano: (sameAccount?.creditNano ?? 0n) + creditNano,
    debitNano: (sameAccount?.debitNano ?? 0n) + debitNano,
  };
}

function sidesOf(
  trade: Trade,
  index: number,
  orders: readonly ArchivedOrder[],
  indexOf: ReadonlyMap<Hex, number>,
): readonly [Side, Side] {
  const offerIndex = indexOf.get(trade.offerId);
  const bidIndex = indexOf.get(trade.bidId);
  const offer = orders[offerIndex ?? -1]?.leaf;
  const bid = orders[bidIndex ?? -1]?.leaf;
  assert(
    offerIndex !== undefined && bidIndex !== undefined && offer !== undefined && bid !== undefined,
    `trade ${trade.id} is of orders that are not there`,
  );
  const seller = { accountIndex: offer.accountIndex, orderIndex: offerIndex };
  const buyer = { accountIndex: bid.accountIndex, orderIndex: bidIndex };
  return [
    { trade: index, isSeller: true, ...seller, otherAccount: buyer.accountIndex, otherOrder: bidIndex },
    { trade: index, isSeller: false, ...buyer, otherAccount: seller.accountIndex, otherOrder: offerIndex },
  ];
}

function bySide(a: Side, b: Side): number {
  return (
    a.accountIndex - b.accountIndex ||
    a.orderIndex - b.orderIndex ||
    a.otherAccount - b.otherAccount ||
    a.otherOrder - b.otherOrder ||
    a.trade - b.trade
  );
}
