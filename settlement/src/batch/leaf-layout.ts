import type { Hex } from "@commonwatt/vpp-core";
import { keccakText } from "../hash/keccak.ts";
import { hashRows, viewOf, Words } from "../hash/words.ts";
import { leafSalts, type TreeName } from "./leaf-salt.ts";

/** How one kind of leaf stands in its tree: as `abi.encode` lays out its type's hash, its fields and its salt. */
export interface LeafLayout<Leaf> {
  readonly tree: TreeName;
  readonly typeHash: Hex;
  readonly wordCount: number;
  /** Fills the words of the fields, from the second word on. */
  readonly fill: (row: Words, leaf: Leaf) => void;
}

/** A layout from the name and fields of its type, as EIP-712 writes them, the salt being the last. */
export function leafLayout<Leaf>(
  tree: TreeName,
  type: string,
  fill: LeafLayout<Leaf>["fill"],
): LeafLayout<Leaf> {
  const wordCount = 1 + type.split(",").length;
  return { tree, typeHash: keccakText(type), wordCount, fill };
}

/** The row of words whose hash, hashed again, stands in the tree. */
export function leafBytes<Leaf>(layout: LeafLayout<Leaf>, leaf: Leaf, salt: Uint8Array): Buffer {
  const row = new Words(layout.wordCount);
  fillLeaf(row, layout, leaf, viewOf(salt), 0);
  return row.bytes;
}

/** The hashes of all leaves of a tree, 32 bytes each, one after the other, with the salts of a batch's seed. */
export function leafHashes<Leaf>(layout: LeafLayout<Leaf>, leaves: readonly Leaf[], seed: Hex): Buffer {
  return saltedHashes(layout, leaves, leafSalts(seed, layout.tree, leaves.length));
}

/** The hashes of all leaves of a tree with their salts, 32 bytes each, one after the other. */
export function saltedHashes<Leaf>(
  layout: LeafLayout<Leaf>,
  leaves: readonly Leaf[],
  salts: Uint8Array,
): Buffer {
  const view = viewOf(salts);
  const fill = (row: Words, index: number): void =>
    fillLeaf(row, layout, leaves[index] as Leaf, view, 32 * index);
  return hashRows(leaves.length, layout.wordCount, fill, { twice: true });
}

function fillLeaf<Leaf>(
  row: Words,
  { typeHash, wordCount, fill }: LeafLayout<Leaf>,
  leaf: Leaf,
  salts: DataView,
  from: number,
): void {
  row.hex(0, typeHash);
  fill(row, leaf);
  row.word(wordCount - 1, salts, from);
}
