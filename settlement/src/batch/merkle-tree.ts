import assert from "node:assert/strict";
import type { Hex } from "@commonwatt/vpp-core";
import { fromHex, keccakBytes, keccakPairs, toHex } from "../hash/keccak.ts";
import { ZERO_HASH } from "./batch-header.ts";

const HASH_BYTES = 32;

/** A Merkle tree in which a leaf's place is its index; the encoding is that of `contracts/libraries`. */
export interface MerkleTree {
  readonly root: Hex;
  readonly leafCount: number;
  /** The hash of the leaf at an index; zero beyond the last one. */
  leaf(index: number): Hex;
  /** The siblings on the way from an index to the root, lowest first. */
  proof(index: number): readonly Hex[];
}

/** Levels between the leaves and the root of a tree of so many leaves. */
export function treeDepth(leafCount: number): number {
  return Math.ceil(Math.log2(Math.max(1, leafCount)));
}

/**
 * Builds the tree over leaf hashes, 32 bytes each, one after the other. Missing leaves are zero; nodes above
 * them are hashed like any other. Without leaves the root is zero.
 */
export function merkleTree(leafHashes: Uint8Array): MerkleTree {
  const leafCount = leafHashes.length / HASH_BYTES;
  const levels = [leafHashes];
  for (let level = 0, below = leafHashes; level < treeDepth(leafCount); level++) {
    below = levelAbove(below, emptyNode(level));
    levels.push(below);
  }
  const nodeAt = (level: number, position: number): Uint8Array => {
    const nodes = levels[level] ?? new Uint8Array();
    const node = nodes.subarray(position * HASH_BYTES, (position + 1) * HASH_BYTES);
    return node.length === HASH_BYTES ? node : emptyNode(level);
  };
  return {
    root: leafCount === 0 ? ZERO_HASH : toHex(nodeAt(levels.length - 1, 0)),
    leafCount,
    leaf: (index) => toHex(nodeAt(0, index)),
    proof: (index) =>
      Array.from({ length: levels.length - 1 }, (_, level) => toHex(nodeAt(level, (index >> level) ^ 1))),
  };
}

/** Whether a leaf's hash and its siblings lead to a root of so many leaves. */
export function provesLeaf(
  root: Hex,
  leafCount: number,
  index: number,
  leaf: Hex,
  siblings: readonly Hex[],
): boolean {
  if (siblings.length !== treeDepth(leafCount) || index >= 2 ** siblings.length) return false;
  const top = siblings.reduce<Uint8Array>((node, sibling, level) => {
    const pair = (index >> level) & 1 ? [fromHex(sibling), node] : [node, fromHex(sibling)];
    return keccakBytes(Buffer.concat(pair));
  }, fromHex(leaf));
  return toHex(top) === root;
}

function levelAbove(below: Uint8Array, missing: Uint8Array): Uint8Array {
  const isOdd = (below.length / HASH_BYTES) % 2 === 1;
  const pairs = isOdd ? Buffer.concat([below, missing]) : below;
  return keccakPairs(pairs);
}

const EMPTY_NODES: Uint8Array[] = [new Uint8Array(HASH_BYTES)];

/** The node at a level above zero leaves only. */
function emptyNode(level: number): Uint8Array {
  for (let known = EMPTY_NODES.length; known <= level; known++) {
    const below = EMPTY_NODES[known - 1];
    assert(below !== undefined, "nodes are known from below");
    EMPTY_NODES.push(keccakBytes(Buffer.concat([below, below])));
  }
  const node = EMPTY_NODES[level];
  assert(node !== undefined, "the level was just made");
  return node;
}
