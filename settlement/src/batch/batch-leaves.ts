import { type BalanceLeaf, type BalanceTree, balanceTreeOver } from "./balance-tree.ts";
import { balanceLeaves } from "./balances.ts";
import { type BatchArchive, fillFromRow, positionFromJson } from "./batch-archive.ts";
import { FILL_LAYOUT, type FillLeaf } from "./fill-leaf.ts";
import { leafHashes } from "./leaf-layout.ts";
import { type MerkleTree, merkleTree } from "./merkle-tree.ts";
import { ORDER_LAYOUT, type OrderLeaf } from "./order-leaf.ts";
import { POSITION_LAYOUT, type PositionLeaf } from "./position-leaf.ts";
import { READING_LAYOUT, type ReadingLeaf } from "./reading-leaf.ts";

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
  return {
    orders: merkleTree(leafHashes(ORDER_LAYOUT, leaves.orders, seed)),
    readings: merkleTree(leafHashes(READING_LAYOUT, leaves.readings, seed)),
    fills: merkleTree(leafHashes(FILL_LAYOUT, leaves.fills, seed)),
    positions: merkleTree(leafHashes(POSITION_LAYOUT, leaves.positions, seed)),
    balances: balanceTreeOver(leaves.balances),
  };
}
