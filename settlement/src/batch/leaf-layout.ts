import type { Hex } from "@commonwatt/vpp-core";
import { hashPacked, type PackedRow, packedBytes } from "../hash/packed-row.ts";
import { viewOf } from "../hash/views.ts";
import { leafSalts, type TreeName } from "./leaf-salt.ts";

const SALT_BYTES = 32;

/** How one kind of leaf stands in its tree: its fields and then its salt, packed as `contracts/libraries` packs them. */
export interface LeafLayout<Leaf> {
  readonly tree: TreeName;
  /** How long it is, its salt among it: no other kind is as long. */
  readonly byteCount: number;
  /** Writes all fields but the salt. */
  readonly fill: (row: PackedRow, leaf: Leaf) => void;
}

/** The bytes whose hash, hashed again, stands in the tree. */
export function leafBytes<Leaf>({ byteCount, fill }: LeafLayout<Leaf>, leaf: Leaf, salt: Uint8Array): Buffer {
  return packedBytes(byteCount, (row) => {
    fill(row, leaf);
    row.bytes32(viewOf(salt), 0);
  });
}

/** The hashes of all leaves of a tree, 32 bytes each, one after the other, with the salts of a batch's seed. */
export function leafHashes<Leaf>(layout: LeafLayout<Leaf>, leaves: readonly Leaf[], seed: Hex): Buffer {
  return saltedHashes(layout, leaves, leafSalts(seed, layout.tree, leaves.length));
}

/**
 * The hashes of all leaves of a tree with their salts, 32 bytes each, one after the other. Leaves are hashed twice, so that
 * no node can pass for one. Throws a RangeError for a leaf that does not fit its layout.
 */
export function saltedHashes<Leaf>(
  { byteCount, fill }: LeafLayout<Leaf>,
  leaves: readonly Leaf[],
  salts: Uint8Array,
): Buffer {
  const view = viewOf(salts);
  const fillSalted = (row: PackedRow, index: number): void => {
    fill(row, leaves[index] as Leaf);
    row.bytes32(view, SALT_BYTES * index);
  };
  return hashPacked(leaves.length, byteCount, fillSalted, { twice: true });
}
