import { type LeafLayout, leafLayout } from "./leaf-layout.ts";

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
export const FILL_LAYOUT: LeafLayout<FillLeaf> = leafLayout(
  "fills",
  "FillLeaf(uint32 twin,uint32 accountIndex,uint32 orderIndex,bool isSeller,uint8 phase,uint64 energyWh," +
    "int64 price,uint64 settledWh,uint128 paidNano,uint128 sellerMakeWholeNano,uint128 buyerMakeWholeNano," +
    "uint128 feeNano,uint64 orderFilledWh,uint64 soldWh,uint64 boughtWh,uint128 creditNano,uint128 debitNano," +
    "bytes32 salt)",
  (row, leaf) => {
    row.uint(1, leaf.twin);
    row.uint(2, leaf.accountIndex);
    row.uint(3, leaf.orderIndex);
    row.bool(4, leaf.isSeller);
    row.uint(5, leaf.phase);
    row.uint(6, leaf.energyWh);
    row.int(7, leaf.price);
    row.uint(8, leaf.settledWh);
    row.uint128(9, leaf.paidNano);
    row.uint128(10, leaf.sellerMakeWholeNano);
    row.uint128(11, leaf.buyerMakeWholeNano);
    row.uint128(12, leaf.feeNano);
    row.uint(13, leaf.orderFilledWh);
    row.uint(14, leaf.soldWh);
    row.uint(15, leaf.boughtWh);
    row.uint128(16, leaf.creditNano);
    row.uint128(17, leaf.debitNano);
  },
);

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
