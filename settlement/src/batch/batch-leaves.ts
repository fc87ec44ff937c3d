import { keccakBytes } from "../hash/keccak.ts";
import type { Words } from "../hash/words.ts";
import { type BalanceLeaf, type BalanceTree, balanceTreeOver } from "./balance-tree.ts";
import { balanceLeaves } from "./balances.ts";
import { type BatchArchive, fillFromRow, positionFromJson } from "./batch-archive.ts";
import { type FillLeaf, fillWords } from "./fill-leaf.ts";
import { leafSalts, type TreeName } from "./leaf-salt.ts";
import { type MerkleTree, merkleTree } from "./merkle-tree.ts";
import { type OrderLeaf, orderWords } from "./order-leaf.ts";
import { type PositionLeaf, positionWords } from "./position-leaf.ts";
import { type ReadingLeaf, readingWords } from "./reading-leaf.ts";

/** All leaves of a batch, each kind in the order of its tree. */
export interface BatchLeaves {
  readonly orders: readonly OrderLeaf[];
  readonly readings: readonly ReadingLeaf[];
  readonly fills: readonly FillLeaf[];
  readonly positions: readonly PositionLeaf[];
  readonly balances: readonly BalanceLeaf[];
}

/** The trees over a batch's leaves. */
export interface BatchTrees {
  readonly orders: MerkleTree;
  readonly readings: MerkleTree;
  readonly fills: MerkleTree;
  readonly positions: MerkleTree;
  readonly balances: BalanceTree;
}

/** The leaves as an archive has them. Throws when it has something else there. */
export function leavesOf(archive: BatchArchive): BatchLeaves {
  return {
    orders: archive.orders.map(({ leaf }) => leaf),
    readings: archive.readings.map(({ leaf }) => leaf),
    fills: archive.fills.map(fillFromRow),
    positions: archive.positions.map(positionFromJson),
    balances: balanceLeaves(archive),
  };
}

/** Builds the trees of a batch with the salts of its seed. */
export function treesOf(seed: BatchArchive["seed"], leaves: BatchLeaves): BatchTrees {
  const saltOf = leafSalts(seed);
  const treeOf = <Leaf>(
    tree: TreeName,
    list: readonly Leaf[],
    wordsOf: (leaf: Leaf, salt: Uint8Array) => Words,
  ): MerkleTree => {
    const hashes = new Uint8Array(32 * list.length);
    for (const [index, leaf] of list.entries()) {
      const words = wordsOf(leaf, saltOf(tree, index));
      hashes.set(keccakBytes(words.hash()), 32 * index);
    }
    return merkleTree(hashes);
  };
  return {
    orders: treeOf("orders", leaves.orders, orderWords),
    readings: treeOf("readings", leaves.readings, readingWords),
    fills: treeOf("fills", leaves.fills, fillWords),
    positions: treeOf("positions", leaves.positions, positionWords),
    balances: balanceTreeOver(leaves.balances),
  };
}
