import type { Hex } from "@commonwatt/vpp-core";
import { keccak256, keccakText, words } from "../chain/keccak.ts";

/** 32 bytes of zero: the hash of nothing. */
export const ZERO_HASH: Hex = `0x${"00".repeat(32)}`;

/**
 * What a batch claims; the same fields as `BatchHeader` in `contracts/types/Batch.sol`. Totals are
 * cumulative, in the token's smallest unit.
 */
export interface BatchHeader {
  readonly community: Hex;
  /** 1 for the first batch. */
  readonly number: number;
  /** Hash of the header before; zero for the first. */
  readonly previousHash: Hex;
  readonly intervalIndex: number;
  readonly tradesRoot: Hex;
  readonly readingsRoot: Hex;
  readonly balancesRoot: Hex;
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
  "BatchHeader(bytes32 community,uint64 number,bytes32 previousHash,uint64 intervalIndex,bytes32 tradesRoot," +
    "bytes32 readingsRoot,bytes32 balancesRoot,uint32 accountCount,uint128 creditTotal,uint128 debitTotal," +
    "uint128 feeTotal,bytes32 archiveHash)",
);

/** The hash under which the escrow stores a header: its EIP-712 struct hash. */
export function hashHeader(header: BatchHeader): Hex {
  return keccak256(
    words(
      HEADER_TYPEHASH,
      header.community,
      header.number,
      header.previousHash,
      header.intervalIndex,
      header.tradesRoot,
      header.readingsRoot,
      header.balancesRoot,
      header.accountCount,
      header.creditTotal,
      header.debitTotal,
      header.feeTotal,
      header.archiveHash,
    ),
  );
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
