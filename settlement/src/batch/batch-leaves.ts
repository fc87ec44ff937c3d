import { type BalanceLeaf, type BalanceTree, balanceTreeOver } from "./balance-tree.ts";
import { balanceLeaves } from "./balances.ts";
import { type BatchArchive, requireFormat } from "./batch-archive.ts";
import { FILL_LAYOUT, type FillLeaf } from "./fill-leaf.ts";
import { leafHashes } from "./leaf-layout.ts";
import { type MerkleTree, merkleTree } from "./merkle-tree.ts";
import { type ArchivedReading, positionsOf, readingsOf } from "./metered-rows.ts";
import { fillsOf } from "./money-rows.ts";
import { ORDER_LAYOUT, type OrderLeaf } from "./order-leaf.ts";
import { type ArchivedOrder, ordersOf } from "./order-rows.ts";
import { plainFields, plainHex } from "./plain-leaf.ts";
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

/** An archive's leaves, and what the hashes in them stand for. */
export interface OpenedArchive {
  readonly orders: readonly ArchivedOrder[];
  readonly readings: readonly ArchivedReading[];
  readonly leaves: BatchLeaves;
}

/**
 * Opens an archive: its leaves in one writing, see {@link plainFields}. Throws when it has something else than leaves where they should be.
 * @throws CommonwattError `BATCH_FORMAT_UNKNOWN` for an archive of another shape, such as an older one.
 */
export function openArchive(archive: BatchArchive): OpenedArchive {
  requireFormat(archive);
  const orders = ordersOf(archive).map(plainOrder);
  const readings = readingsOf(archive).map((reading) => ({
    ...plainFields(reading),
    leaf: plainFields(reading.leaf),
  }));
  const leaves: BatchLeaves = {
    orders: orders.map(({ leaf }) => leaf),
    readings: readings.map(({ leaf }) => leaf),
    fills: fillsOf(archive).map(plainFields),
    positions: positionsOf(archive).map(plainFields),
    balances: balanceLeaves(archive).map(plainFields),
  };
  return { orders, readings, leaves };
}

function plainOrder({ leaf, signed, signedHash, end }: ArchivedOrder): ArchivedOrder {
  return {
    leaf: plainFields(leaf),
    signed: { ...plainFields(signed), proof: signed.proof.map(plainHex) },
    signedHash,
    end: end === null ? null : plainFields(end),
  };
}

/** The leaves as an archive has them; see {@link openArchive}. */
export function leavesOf(archive: BatchArchive): BatchLeaves {
  return openArchive(archive).leaves;
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
