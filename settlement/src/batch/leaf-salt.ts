import type { Hex } from "@commonwatt/vpp-core";
import { Words } from "../hash/words.ts";

/** The trees of a batch, by the number that the court knows them by. */
export const TREE_NUMBERS = { orders: 1, readings: 2, fills: 3, positions: 4, balances: 5 } as const;

/** One of a batch's trees. */
export type TreeName = keyof typeof TREE_NUMBERS;

/**
 * The salts of a batch's leaves: keccak256(abi.encode(seed, tree, index)). Who has the archive has the seed
 * and so every salt; who sees a neighbour's proof on the chain can't guess what is beside it.
 */
export function leafSalts(seed: Hex): (tree: TreeName, index: number) => Uint8Array {
  const words = new Words(3);
  words.hex(0, seed);
  return (tree, index) => {
    words.uint(1, TREE_NUMBERS[tree]);
    words.uint(2, index);
    return words.hash();
  };
}
