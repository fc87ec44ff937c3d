import {
  type Account,
  type BulkProof,
  intervalIndex,
  priceMicroPerKwh,
  wattHours,
} from "@commonwatt/vpp-core";
import { bytesOf, isHexBytes } from "./hex.ts";
import { ORDER_TYPE, type OrderMessage, orderStruct } from "./order-id.ts";
import { hashText, hashWords, integerWord } from "./typed-data.ts";

/** The most levels of a tree of orders: 2^8 = 256 orders under one signature. */
export const BULK_HEIGHT_MAX = 8;
/** The highest number of a group; a site has 256 of them. */
export const GROUP_MAX = 255;

/** A padded leaf: the order of nobody for nothing. */
const EMPTY_LEAF = orderStruct({
  community: "",
  account: `0x${"00".repeat(20)}` as Account,
  side: "",
  intervalIndex: intervalIndex(0),
  limitPrice: priceMicroPerKwh(0),
  energyWh: wattHours(0),
  salt: `0x${"00".repeat(32)}`,
});

/**
 * The EIP-712 type of 2^height orders signed at once. The hash of its nested array is the root of a Merkle
 * tree, so one order and its proof are enough to check the signature (the idea is Seaport's bulk order).
 */
export function bulkType(height: number): string {
  return `BulkOrder(uint64 group,uint64 counter,Order${"[2]".repeat(height)} tree)${ORDER_TYPE}`;
}

/** The EIP-712 hash of a bulk order with this tree. */
export function bulkStruct(height: number, group: number, counter: number, root: Uint8Array): Uint8Array {
  return hashWords([hashText(bulkType(height)), integerWord(group), integerWord(counter), root]);
}

/** The levels of the tree over orders, leaves first, padded to a power of two; the last holds the root alone. */
export function bulkLevels(orders: readonly OrderMessage[]): readonly (readonly Uint8Array[])[] {
  const height = Math.max(1, Math.ceil(Math.log2(orders.length)));
  const leaves = Array.from({ length: 2 ** height }, (_, i) => {
    const order = orders[i];
    return order === undefined ? EMPTY_LEAF : orderStruct(order);
  });
  const levels: Uint8Array[][] = [leaves];
  for (let below = leaves; below.length > 1; ) {
    below = Array.from({ length: below.length / 2 }, (_, i) => hashWords(below.slice(2 * i, 2 * i + 2)));
    levels.push(below);
  }
  return levels;
}

/** The root that an order and its proof lead to; bit `n` of the index says on which side level `n` stands. */
export function bulkRoot(order: OrderMessage, { index, proof }: BulkProof): Uint8Array {
  return proof.reduce((node, sibling, level) => {
    const isRight = ((index >> level) & 1) === 1;
    return hashWords(isRight ? [bytesOf(sibling), node] : [node, bytesOf(sibling)]);
  }, orderStruct(order));
}

/** Whether a value has the form of a proof; whether it leads anywhere, the signature tells. */
export function isBulkProof(value: unknown): value is BulkProof {
  if (typeof value !== "object" || value === null) return false;
  const { group, counter, index, proof } = value as { readonly [Field in keyof BulkProof]?: unknown };
  if (!Array.isArray(proof) || proof.length < 1 || proof.length > BULK_HEIGHT_MAX) return false;
  const isBelow = (number: unknown, end: number): boolean =>
    Number.isSafeInteger(number) && (number as number) >= 0 && (number as number) <= end;
  return (
    isBelow(group, GROUP_MAX) &&
    isBelow(counter, Number.MAX_SAFE_INTEGER) &&
    isBelow(index, 2 ** proof.length - 1) &&
    proof.every((sibling) => isHexBytes(sibling, 32))
  );
}
