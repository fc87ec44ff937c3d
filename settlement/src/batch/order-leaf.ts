import type { Account, Hex } from "@commonwatt/vpp-core";
import { keccak256, toHex, toHexes } from "../hash/keccak.ts";
import { bytesIn, hashRows, Words, wordsOf } from "../hash/words.ts";
import { ZERO_HASH } from "./batch-header.ts";
import type { LeafLayout } from "./leaf-layout.ts";

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

const WORD_BYTES = 32;
/** What stands before the length of a signature that is alone: nine words. */
const ALONE_BYTES = 9 * WORD_BYTES;
/** No signature that is hashed together with others is longer. */
const LENGTHS = 2 ** 20;

/** How an order stands in its tree. */
export const ORDER_LAYOUT: LeafLayout<OrderLeaf> = {
  tree: "orders",
  byteCount: 210,
  fill(row, leaf) {
    row.hash(leaf.digest);
    row.uint32(leaf.accountIndex);
    row.address(leaf.account);
    row.bool(leaf.isBid);
    row.int64(leaf.limitPrice);
    row.uint64(leaf.energyWh);
    row.uint64(leaf.intervalIndex);
    row.hash(leaf.orderSalt);
    row.hash(leaf.signedHash);
    row.uint8(leaf.ended);
    row.hash(leaf.endedHash);
  },
};

/** `abi.encode` of a signature, whose hash an order's leaf holds. */
export function encodeSignature(signed: OrderSignature): Hex {
  return encoded(signatureWords(signed), (row) => fillSignature(row, signed));
}

/** `abi.encode` of what ended an order. */
export function encodeEnd(end: OrderEnd): Hex {
  return encoded(7 + wordsOf(end.signature), (row) => {
    const { scope, group, counter, replacement, signature } = end;
    row.uint(0, WORD_BYTES);
    row.uint(1, scope);
    row.uint(2, group);
    row.uint(3, counter);
    row.hex(4, replacement);
    row.uint(5, 5 * WORD_BYTES);
    row.uint(6, bytesIn(signature));
    row.hexBytes(7, signature);
  });
}

/** The hash of a signature as an order's leaf has it. */
export function hashSignature(signed: OrderSignature): Hex {
  return keccak256(encodeSignature(signed));
}

/** The hashes of many signatures; see {@link hashSignature}. */
export function hashSignatures(signatures: readonly OrderSignature[]): readonly Hex[] {
  const hashes: Hex[] = signatures.map(() => "0x");
  // Signatures of one length are laid out alike, and begin alike when nothing else comes with them.
  const alike = Map.groupBy(signatures.keys(), (index) => {
    const signed = signatures[index] as OrderSignature;
    const key = signed.proof.length * LENGTHS + signed.signature.length;
    return isAlone(signed) ? -key : key;
  });
  for (const [key, indices] of alike) {
    const of = (place: number): OrderSignature => signatures[indices[place] ?? 0] as OrderSignature;
    const fill = (row: Words, place: number): void => fillSignature(row, of(place));
    const found = toHexes(
      hashRows(indices.length, signatureWords(of(0)), fill, { shared: key < 0 ? ALONE_BYTES : 0 }),
    );
    indices.forEach((index, place) => {
      hashes[index] = found[place] ?? "0x";
    });
  }
  return hashes;
}

/** Whether an order was signed alone, and so says nothing but its signature. */
export function isAlone({ kind, replaces, group, counter, index, proof }: OrderSignature): boolean {
  return (
    kind === 0 && replaces === ZERO_HASH && group === 0 && counter === 0 && index === 0 && proof.length === 0
  );
}

/** The hash of an end as an order's leaf has it. */
export function hashEnd(end: OrderEnd): Hex {
  return keccak256(encodeEnd(end));
}

function signatureWords({ proof, signature }: OrderSignature): number {
  return 10 + proof.length + wordsOf(signature);
}

function fillSignature(row: Words, signed: OrderSignature): void {
  const { proof, signature } = signed;
  row.uint(0, WORD_BYTES);
  row.uint(1, signed.kind);
  row.hex(2, signed.replaces);
  row.uint(3, signed.group);
  row.uint(4, signed.counter);
  row.uint(5, signed.index);
  row.uint(6, 7 * WORD_BYTES);
  row.uint(7, (8 + proof.length) * WORD_BYTES);
  row.uint(8, proof.length);
  for (const [index, sibling] of proof.entries()) row.hex(9 + index, sibling);
  row.uint(9 + proof.length, bytesIn(signature));
  row.hexBytes(10 + proof.length, signature);
}

function encoded(wordCount: number, fill: (row: Words) => void): Hex {
  const row = new Words(wordCount);
  fill(row);
  return toHex(row.bytes);
}
