import type { Hex } from "@commonwatt/vpp-core";
import { hashRows, Words } from "../hash/words.ts";

/** The trees of a batch, by the number that the court knows them by. */
export const TREE_NUMBERS = { orders: 1, readings: 2, fills: 3, positions: 4, balances: 5 } as const;

/** One of a batch's trees. */
export type TreeName = keyof typeof TREE_NUMBERS;

const SALT_WORDS = 3;

/**
 * The salt of a batch's leaf: keccak256(abi.encode(seed, tree, index)). Who has the archive has the seed
 * and so every salt; who sees a neighbour's proof on the chain can't guess what is beside it.
 */
export function leafSalt(seed: Hex, tree: TreeName, index: number): Uint8Array {
  const words = new Words(SALT_WORDS);
  fillSalt(words, seed, tree, index);
  return words.hash();
}

/** The salts of a tree's first leaves, 32 bytes each, one after the other; see {@link leafSalt}. */
export function leafSalts(seed: Hex, tree: TreeName, count: number): Buffer {
  return hashRows(count, SALT_WORDS, (row, index) => fillSalt(row, seed, tree, index));
}

function fillSalt(row: Words, seed: Hex, tree: TreeName, index: number): void {
  row.hex(0, seed);
  row.uint(1, TREE_NUMBERS[tree]);
  row.uint(2, index);
}
