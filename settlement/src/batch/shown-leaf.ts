import type { Hex } from "@commonwatt/vpp-core";
import { toHex } from "../hash/keccak.ts";
import type { BatchFile } from "./batch-archive.ts";
import { openArchive, treesOf } from "./batch-leaves.ts";
import { FILL_LAYOUT } from "./fill-leaf.ts";
import { type LeafLayout, leafBytes } from "./leaf-layout.ts";
import { leafSalt, TREE_NUMBERS, type TreeName } from "./leaf-salt.ts";
import { encodeEnd, encodeSignature, ORDER_LAYOUT } from "./order-leaf.ts";
import type { ArchivedOrder } from "./order-rows.ts";
import { POSITION_LAYOUT } from "./position-leaf.ts";
import { READING_LAYOUT } from "./reading-leaf.ts";

/** A leaf as the court wants to see it. */
export interface ShownLeaf {
  /** What the leaf is the double hash of. */
  readonly leaf: Hex;
  /** Lowest first. */
  readonly siblings: readonly Hex[];
  /** What the hashes in the leaf stand for: signatures and keys. */
  readonly evidence: readonly Hex[];
}

/** The trees that are shown as bytes; balances are shown by their proof. */
export type ShownTree = Exclude<TreeName, "balances">;

/** The tree with a number, or `null` for a number that none has. */
export function treeNamed(number: number): TreeName | null {
  const found = Object.entries(TREE_NUMBERS).find(([, known]) => known === number);
  return found === undefined ? null : (found[0] as TreeName);
}

/** A leaf of a batch with its proof, or `null` when the batch has no such leaf. */
export function shownLeaf({ archive }: BatchFile, tree: ShownTree, index: number): ShownLeaf | null {
  const { leaves, orders, readings } = openArchive(archive);
  const salt = leafSalt(archive.seed, tree, index);
  const bytesOf = <Leaf>(layout: LeafLayout<Leaf>, list: readonly Leaf[]): Hex | null => {
    const leaf = list[index];
    return leaf === undefined ? null : toHex(leafBytes(layout, leaf, salt));
  };
  const shown: Readonly<Record<ShownTree, () => Hex | null>> = {
    orders: () => bytesOf(ORDER_LAYOUT, leaves.orders),
    readings: () => bytesOf(READING_LAYOUT, leaves.readings),
    fills: () => bytesOf(FILL_LAYOUT, leaves.fills),
    positions: () => bytesOf(POSITION_LAYOUT, leaves.positions),
  };
  const evidence: Readonly<Record<ShownTree, () => readonly Hex[]>> = {
    orders: () => orderEvidence(orders[index]),
    readings: () => [readings[index]?.signature ?? "0x"],
    fills: () => [],
    positions: () => [],
  };
  const leaf = shown[tree]();
  if (leaf === null) return null;
  return { leaf, siblings: treesOf(archive.seed, leaves)[tree].proof(index), evidence: evidence[tree]() };
}

function orderEvidence(order: ArchivedOrder | undefined): readonly Hex[] {
  if (order === undefined) return [];
  const { signed, end } = order;
  return [encodeSignature(signed), ...(end === null ? [] : [encodeEnd(end)])];
}
