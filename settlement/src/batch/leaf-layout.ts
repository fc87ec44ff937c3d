import assert from "node:assert/strict";
import type { Hex } from "@commonwatt/vpp-core";
import { keccakMany } from "../hash/keccak.ts";
import { PackedRow } from "../hash/packed-row.ts";
import { viewOf } from "../hash/words.ts";
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
  const bytes = Buffer.alloc(byteCount);
  const single = new PackedRow();
  single.begin(bytes, 0);
  fill(single, leaf);
  single.bytes32(viewOf(salt), 0);
  assert.equal(single.end, byteCount, "a leaf is as long as its layout says");
  return bytes;
}

/** The hashes of all leaves of a tree, 32 bytes each, one after the other, with the salts of a batch's seed. */
export function leafHashes<Leaf>(layout: LeafLayout<Leaf>, leaves: readonly Leaf[], seed: Hex): Buffer {
  return saltedHashes(layout, leaves, leafSalts(seed, layout.tree, leaves.length));
}

const row = new PackedRow();

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
  row.forget();
  const write = (buffer: Buffer, at: number, index: number): void => {
    row.begin(buffer, at);
    fill(row, leaves[index] as Leaf);
    row.bytes32(view, SALT_BYTES * index);
  };
  return keccakMany(leaves.length, byteCount, write, { twice: true });
}
