import type { Hex } from "@commonwatt/vpp-core";
import { keccakText, toHex } from "../hash/keccak.ts";
import { Words } from "../hash/words.ts";

/** 32 bytes of zero: the hash of nothing. */
export const ZERO_HASH: Hex = `0x${"00".repeat(32)}`;

/** How a header says that its call auction cleared nothing. */
const NO_PRICE = -(1n << 63n);

/**
 * What a batch claims; the same fields as `BatchHeader` in `contracts/types/Batch.sol`. Totals are
 * cumulative, in nano.
 */
export interface BatchHeader {
  readonly community: Hex;
  /** 1 for the first batch. */
  readonly number: number;
  /** Hash of the header before; zero for the first. */
  readonly previousHash: Hex;
  readonly intervalIndex: number;
  /** Seconds since the epoch. */
  readonly intervalStart: number;
  readonly intervalEnd: number;
  readonly rulesHash: Hex;
  /** Micro per kWh; `null` when the call auction cleared nothing. */
  readonly clearingPrice: number | null;
  readonly ordersRoot: Hex;
  readonly orderCount: number;
  readonly readingsRoot: Hex;
  readonly readingCount: number;
  readonly fillsRoot: Hex;
  /** Two for every trade. */
  readonly fillCount: number;
  readonly positionsRoot: Hex;
  readonly balancesRoot: Hex;
  /** Positions and balances have one leaf each for every account. */
  readonly accountCount: number;
  readonly creditTotal: bigint;
  readonly debitTotal: bigint;
  readonly feeTotal: bigint;
  readonly archiveHash: Hex;
}

/** A header as JSON: amounts are decimal texts. */
export type BatchHeaderJson = {
  readonly [Field in keyof BatchHeader]: BatchHeader[Field] extends bigint ? string : BatchHeader[Field];
};

const HEADER_TYPEHASH = keccakText(
  "BatchHeader(bytes32 community,uint64 number,bytes32 previousHash,uint64 intervalIndex,uint64 intervalStart," +
    "uint64 intervalEnd,bytes32 rulesHash,int64 clearingPrice,bytes32 ordersRoot,uint32 orderCount," +
    "bytes32 readingsRoot,uint32 readingCount,bytes32 fillsRoot,uint32 fillCount,bytes32 positionsRoot," +
    "bytes32 balancesRoot,uint32 accountCount,uint128 creditTotal,uint128 debitTotal,uint128 feeTotal," +
    "bytes32 archiveHash)",
);

/** The hash under which the court stores a header: its EIP-712 struct hash. */
export function hashHeader(header: BatchHeader): Hex {
  const words = new Words(22);
  words.hex(0, HEADER_TYPEHASH);
  words.hex(1, header.community);
  words.uint128(2, BigInt(header.number));
  words.hex(3, header.previousHash);
  words.uint128(4, BigInt(header.intervalIndex));
  words.uint128(5, BigInt(header.intervalStart));
  words.uint128(6, BigInt(header.intervalEnd));
  words.hex(7, header.rulesHash);
  words.int64(8, clearingPriceWord(header.clearingPrice));
  words.hex(9, header.ordersRoot);
  words.uint(10, header.orderCount);
  words.hex(11, header.readingsRoot);
  words.uint(12, header.readingCount);
  words.hex(13, header.fillsRoot);
  words.uint(14, header.fillCount);
  words.hex(15, header.positionsRoot);
  words.hex(16, header.balancesRoot);
  words.uint(17, header.accountCount);
  words.uint128(18, header.creditTotal);
  words.uint128(19, header.debitTotal);
  words.uint128(20, header.feeTotal);
  words.hex(21, header.archiveHash);
  return toHex(words.hash());
}

/** The clearing price as the contracts have it: the least of all numbers when nothing was cleared. */
export function clearingPriceWord(clearingPrice: number | null): bigint {
  return clearingPrice === null ? NO_PRICE : BigInt(clearingPrice);
}

/** The header as it is stored. */
export function headerToJson(header: BatchHeader): BatchHeaderJson {
  const { creditTotal, debitTotal, feeTotal, ...rest } = header;
  return {
    ...rest,
    creditTotal: creditTotal.toString(),
    debitTotal: debitTotal.toString(),
    feeTotal: feeTotal.toString(),
  };
}

/** The header as it was stored. */
export function headerFromJson(json: BatchHeaderJson): BatchHeader {
  const { creditTotal, debitTotal, feeTotal, ...rest } = json;
  return {
    ...rest,
    creditTotal: BigInt(creditTotal),
    debitTotal: BigInt(debitTotal),
    feeTotal: BigInt(feeTotal),
  };
}

/** How a community's name stands in a header. */
export function communityHash(community: string): Hex {
  return keccakText(community);
}
