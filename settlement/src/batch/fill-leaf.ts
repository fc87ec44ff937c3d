import type { LeafLayout } from "./leaf-layout.ts";

/** Double entry: what a trade is for one of its two orders, without its salt. `FillLeaf` of `contracts/types`. */
export type FillLeaf = {
  /** Index of the leaf that the same trade has for the other order. */
  readonly twin: number;
  readonly accountIndex: number;
  readonly orderIndex: number;
  readonly isSeller: boolean;
  /** 0: while the gate was open. 1: in the call auction. */
  readonly phase: number;
  readonly energyWh: number;
  readonly price: number;
  readonly settledWh: number;
  readonly paidNano: bigint;
  readonly sellerMakeWholeNano: bigint;
  readonly buyerMakeWholeNano: bigint;
  readonly feeNano: bigint;
  /** Running sums of the order and of the account, this fill among them. */
  readonly orderFilledWh: number;
  readonly soldWh: number;
  readonly boughtWh: number;
  readonly creditNano: bigint;
  readonly debitNano: bigint;
};

/** How a fill stands in its tree. */
export const FILL_LAYOUT: LeafLayout<FillLeaf> = {
  tree: "fills",
  byteCount: 190,
  fill(row, leaf) {
    row.uint32(leaf.twin);
    row.uint32(leaf.accountIndex);
    row.uint32(leaf.orderIndex);
    row.bool(leaf.isSeller);
    row.uint8(leaf.phase);
    row.uint64(leaf.energyWh);
    row.int64(leaf.price);
    row.uint64(leaf.settledWh);
    row.uint128(leaf.paidNano);
    row.uint128(leaf.sellerMakeWholeNano);
    row.uint128(leaf.buyerMakeWholeNano);
    row.uint128(leaf.feeNano);
    row.uint64(leaf.orderFilledWh);
    row.uint64(leaf.soldWh);
    row.uint64(leaf.boughtWh);
    row.uint128(leaf.creditNano);
    row.uint128(leaf.debitNano);
  },
};

/** What a fill brings its account and what it costs it, in nano. */
export function fillMoney(
  fill: Pick<FillLeaf, "isSeller" | "paidNano" | "sellerMakeWholeNano" | "buyerMakeWholeNano" | "feeNano">,
): { readonly creditNano: bigint; readonly debitNano: bigint } {
  const { paidNano, sellerMakeWholeNano, buyerMakeWholeNano, feeNano } = fill;
  return fill.isSeller
    ? { creditNano: plus(paidNano, buyerMakeWholeNano) - feeNano, debitNano: sellerMakeWholeNano }
    : { creditNano: sellerMakeWholeNano, debitNano: plus(paidNano, buyerMakeWholeNano) };
}

/** A sum of amounts one of which is mostly none: the other as it is, then. */
export function plus(left: bigint, right: bigint): bigint {
  return left === 0n ? right : right === 0n ? left : left + right;
}
