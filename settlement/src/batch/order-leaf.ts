import type { Account, Hex } from "@commonwatt/vpp-core";
import { keccak256, toHex, toHexes } from "../hash/keccak.ts";
import { bytesIn, hashPacked, type PackedRow, packedBytes } from "../hash/packed-row.ts";
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

/** How an order left its book, as `contracts/types/Leaves.sol` has it: its account signed that, or the chain knows. */
export const ENDINGS = { live: 0, ended: 1, groupCancelled: 2, void: 3, refused: 4 } as const;

/** How an order stands that was signed alone, but for its signature. */
export const ALONE: Omit<OrderSignature, "signature"> = {
  ...{ kind: 0, replaces: ZERO_HASH, group: 0, counter: 0, index: 0, proof: [] },
};

/** What stands before the nodes of a signature. */
export const SIGNATURE_HEAD_BYTES = 57;
/** What stands before the signature of an end. */
export const END_HEAD_BYTES = 49;
/** A node of a signature's proof. */
export const NODE_BYTES = 32;
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

/** How an order was signed, packed as `contracts/libraries/Preimages.sol` packs it: an order's leaf has the hash of it. */
export function encodeSignature(signed: OrderSignature): Hex {
  return toHex(packedBytes(signatureBytes(signed), (row) => fillSignature(row, signed)));
}

/** What ended an order, packed alike. */
export function encodeEnd({ scope, group, counter, replacement, signature }: OrderEnd): Hex {
  const bytes = packedBytes(END_HEAD_BYTES + bytesIn(signature), (row) => {
    row.uint8(scope);
    row.uint64(group);
    row.uint64(counter);
    row.hash(replacement);
    row.bytes(signature);
  });
  return toHex(bytes);
}

/** The hash of a signature as an order's leaf has it. */
export function hashSignature(signed: OrderSignature): Hex {
  return keccak256(encodeSignature(signed));
}

/** The hashes of many signatures; see {@link hashSignature}. */
export function hashSignatures(signatures: readonly OrderSignature[]): readonly Hex[] {
  const hashes: Hex[] = signatures.map(() => "0x");
  // Only those whose fields stand in the same places are hashed together.
  const alike = Map.groupBy(signatures.keys(), (index) => {
    const { proof, signature } = signatures[index] as OrderSignature;
    return proof.length * LENGTHS + signature.length;
  });
  for (const indices of alike.values()) {
    const of = (place: number): OrderSignature => signatures[indices[place] ?? 0] as OrderSignature;
    const found = toHexes(
      hashPacked(indices.length, signatureBytes(of(0)), (row, place) => fillSignature(row, of(place))),
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

function signatureBytes({ proof, signature }: OrderSignature): number {
  return SIGNATURE_HEAD_BYTES + proof.length * NODE_BYTES + bytesIn(signature);
}

function fillSignature(row: PackedRow, signed: OrderSignature): void {
  row.uint8(signed.kind);
  row.hash(signed.replaces);
  row.uint64(signed.group);
  row.uint64(signed.counter);
  row.uint32(signed.index);
  row.uint32(signed.proof.length);
  for (const node of signed.proof) row.hash(node);
  row.bytes(signed.signature);
}
