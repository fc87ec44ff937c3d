import type { Account, Hex } from "@commonwatt/vpp-core";
import { keccak256, toHex } from "../hash/keccak.ts";
import { encodeWords, paddedWords } from "../hash/words.ts";
import { type LeafLayout, leafLayout } from "./leaf-layout.ts";

/** An order as it stands in a batch, without its salt: `OrderLeaf` of `contracts/types`. */
export type OrderLeaf = {
  /** The order's id: its EIP-712 digest alone. */
  readonly digest: Hex;
  readonly accountIndex: number;
  readonly account: Account;
  readonly isBid: boolean;
  readonly limitPrice: number;
  readonly energyWh: number;
  readonly intervalIndex: number;
  readonly orderSalt: Hex;
  /** Hash of the {@link OrderSignature}. */
  readonly signedHash: Hex;
  /** 0: live when the gate closed. 1: ended by its account's own signature. 2: by its group's counter on the chain. */
  readonly ended: number;
  /** Hash of the {@link OrderEnd}; zero unless `ended` is 1. */
  readonly endedHash: Hex;
};

/** How an order was signed. */
export type OrderSignature = {
  /** 0: alone. 1: with others. 2: in place of another. */
  readonly kind: number;
  /** The id of the order whose place it takes; zero unless kind is 2. */
  readonly replaces: Hex;
  readonly group: number;
  readonly counter: number;
  readonly index: number;
  readonly proof: readonly Hex[];
  readonly signature: Hex;
};

/** What an account signed to end its order. */
export type OrderEnd = {
  /** 0: this order. 1: all of the interval. 2: a group. 3: another order in its place. */
  readonly scope: number;
  readonly group: number;
  readonly counter: number;
  /** The EIP-712 struct hash of the order that took the place; zero unless scope is 3. */
  readonly replacement: Hex;
  readonly signature: Hex;
};

/** How an order stands in its tree. */
export const ORDER_LAYOUT: LeafLayout<OrderLeaf> = leafLayout(
  "orders",
  "OrderLeaf(bytes32 digest,uint32 accountIndex,address account,bool isBid,int64 limitPrice,uint64 energyWh," +
    "uint64 intervalIndex,bytes32 orderSalt,bytes32 signedHash,uint8 ended,bytes32 endedHash,bytes32 salt)",
  (row, leaf) => {
    row.hex(1, leaf.digest);
    row.uint(2, leaf.accountIndex);
    row.hex(3, leaf.account);
    row.bool(4, leaf.isBid);
    row.int(5, leaf.limitPrice);
    row.uint(6, leaf.energyWh);
    row.uint(7, leaf.intervalIndex);
    row.hex(8, leaf.orderSalt);
    row.hex(9, leaf.signedHash);
    row.uint(10, leaf.ended);
    row.hex(11, leaf.endedHash);
  },
);

/** `abi.encode` of a signature, whose hash an order's leaf holds. */
export function encodeSignature(signed: OrderSignature): Hex {
  const { kind, replaces, group, counter, index, proof, signature } = signed;
  const head = 7;
  const proofWords = 1 + proof.length;
  return encodeWords(
    ...[32, kind, replaces, group, counter, index],
    ...[head * 32, (head + proofWords) * 32],
    ...[proof.length, ...proof],
    ...bytesFields(signature),
  );
}

/** `abi.encode` of what ended an order. */
export function encodeEnd({ scope, group, counter, replacement, signature }: OrderEnd): Hex {
  return encodeWords(32, scope, group, counter, replacement, 5 * 32, ...bytesFields(signature));
}

/** The hash of a signature as an order's leaf has it. */
export function hashSignature(signed: OrderSignature): Hex {
  return keccak256(encodeSignature(signed));
}

/** The hash of an end as an order's leaf has it. */
export function hashEnd(end: OrderEnd): Hex {
  return keccak256(encodeEnd(end));
}

/** Bytes of any length: how many, then themselves in whole words. */
function bytesFields(bytes: Hex): readonly (Hex | number)[] {
  const padded = paddedWords(bytes);
  const parts = Array.from({ length: padded.length / 32 }, (_, i) =>
    toHex(padded.subarray(32 * i, 32 * (i + 1))),
  );
  return [(bytes.length - 2) / 2, ...parts];
}
