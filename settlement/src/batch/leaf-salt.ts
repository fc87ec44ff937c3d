import { createCipheriv } from "node:crypto";
import type { Hex } from "@commonwatt/vpp-core";
import { fromHex } from "../hash/keccak.ts";

/** The trees of a batch, by the number that the court knows them by. */
export const TREE_NUMBERS = { orders: 1, readings: 2, fills: 3, positions: 4, balances: 5 } as const;

/** One of a batch's trees. */
export type TreeName = keyof typeof TREE_NUMBERS;

const SALT_BYTES = 32;
/** A salt is two blocks of AES. */
const BLOCKS_PER_SALT = 2n;

/**
 * The salt of a batch's leaf: 32 bytes of the key stream of AES-256 in counter mode (NIST SP 800-38A), the key being the
 * batch's seed, and the first counter the tree's number in its upper 64 bits and twice the leaf's index in its lower. Who
 * has the archive has the seed and so every salt; who sees a neighbour's proof on the chain can't guess what is beside it.
 */
export function leafSalt(seed: Hex, tree: TreeName, index: number): Buffer {
  return keyStream(seed, tree, index, 1);
}

/** The salts of a tree's first leaves, 32 bytes each, one after the other; see {@link leafSalt}. */
export function leafSalts(seed: Hex, tree: TreeName, count: number): Buffer {
  return keyStream(seed, tree, 0, count);
}

function keyStream(seed: Hex, tree: TreeName, first: number, count: number): Buffer {
  const counter = Buffer.alloc(16);
  counter.writeBigUInt64BE(BigInt(TREE_NUMBERS[tree]));
  counter.writeBigUInt64BE(BigInt(first) * BLOCKS_PER_SALT, 8);
  return createCipheriv("aes-256-ctr", fromHex(seed), counter).update(Buffer.alloc(count * SALT_BYTES));
}
