import { keccakText } from "../hash/keccak.ts";
import { Words } from "../hash/words.ts";

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

const FILL_TYPEHASH = keccakText(
  "FillLeaf(uint32 twin,uint32 accountIndex,uint32 orderIndex,bool isSeller,uint8 phase,uint64 energyWh," +
    "int64 price,uint64 settledWh,uint128 paidNano,uint128 sellerMakeWholeNano,uint128 buyerMakeWholeNano," +
    "uint128 feeNano,uint64 orderFilledWh,uint64 soldWh,uint64 boughtWh,uint128 creditNano,uint128 debitNano," +
    "bytes32 salt)",
);

const words = new Words(19);
words.hex(0, FILL_TYPEHASH);

/** The row of words whose hash, hashed again, stands in the tree. Filled anew by every call. */
export function fillWords(leaf: FillLeaf, salt: Uint8Array): Words {
  words.uint(1, leaf.twin);
  words.uint(2, leaf.accountIndex);
  words.uint(3, leaf.orderIndex);
  words.bool(4, leaf.isSeller);
  words.uint(5, leaf.phase);
  words.uint(6, leaf.energyWh);
  words.int64(7, BigInt(leaf.price));
  words.uint(8, leaf.settledWh);
  words.uint128(9, leaf.paidNano);
  words.uint128(10, leaf.sellerMakeWholeNano);
  words.uint128(11, leaf.buyerMakeWholeNano);
  words.uint128(12, leaf.feeNano);
  words.uint(13, leaf.orderFilledWh);
  words.uint(14, leaf.soldWh);
  words.uint(15, leaf.boughtWh);
  words.uint128(16, leaf.creditNano);
  words.uint128(17, leaf.debitNano);
  words.word(18, salt);
  return words;
}

/** What a fill brings its account and what it costs it, in nano. */
export function fillMoney(fill: FillLeaf): { readonly creditNano: bigint; readonly debitNano: bigint } {
  const { paidNano, sellerMakeWholeNano, buyerMakeWholeNano, feeNano } = fill;
  return fill.isSeller
    ? { creditNano: paidNano + buyerMakeWholeNano - feeNano, debitNano: sellerMakeWholeNano }
    : { creditNano: sellerMakeWholeNano, debitNano: paidNano + buyerMakeWholeNano };
}
