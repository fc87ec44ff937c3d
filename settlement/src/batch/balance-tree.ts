import assert from "node:assert/strict";
import type { Account, Hex } from "@commonwatt/vpp-core";
import { fromHex, toHexes } from "../hash/keccak.ts";
import { hashPacked } from "../hash/packed-row.ts";
import { ZERO_HASH } from "./batch-header.ts";
import { type LeafLayout, saltedHashes } from "./leaf-layout.ts";

/** One account's place in the tree: cumulative amounts in nano. */
export interface BalanceLeaf {
  /** The account's index in the escrow, and its position in the tree. */
  readonly index: number;
  readonly account: Account;
  readonly credit: bigint;
  readonly debit: bigint;
  /** Random, so that a neighbour cannot guess amounts from hashes. */
  readonly salt: Hex;
}

/** A node: its hash and the sums below it. */
export interface BalanceNode {
  readonly hash: Hex;
  readonly credit: bigint;
  readonly debit: bigint;
}

/** A leaf with the siblings on its way to the root, lowest first. */
export interface BalanceProof {
  readonly leaf: BalanceLeaf;
  readonly siblings: readonly BalanceNode[];
}

/** A Merkle-sum tree over the account index; the encoding is that of `contracts/libraries/BalanceTree.sol`. */
export interface BalanceTree {
  readonly root: BalanceNode;
  /** The proof of the leaf at an index; throws an AssertionError when there is none. */
  proof(index: number): BalanceProof;
}

/** How a balance stands in the tree; its salt is its own. */
const BALANCE_LAYOUT: LeafLayout<BalanceLeaf> = {
  tree: "balances",
  byteCount: 88,
  fill(row, leaf) {
    row.uint32(leaf.index);
    row.address(leaf.account);
    row.uint128(leaf.credit);
    row.uint128(leaf.debit);
  },
};
/** Of a node: for each child its hash and its two sums. */
const NODE_BYTES = 128;
const ZERO_NODE: BalanceNode = { hash: ZERO_HASH, credit: 0n, debit: 0n };

/** Builds the tree; leaf `i` must have index `i`. */
export function balanceTree(leaves: readonly BalanceLeaf[]): BalanceTree {
  assert(
    leaves.every((leaf, position) => leaf.index === position),
    "leaves must stand at their index",
  );
  return balanceTreeOver(leaves);
}

/** Builds the tree over leaves wherever they say that they belong: what a lie may look like. */
export function balanceTreeOver(leaves: readonly BalanceLeaf[]): BalanceTree {
  const levels: (readonly BalanceNode[])[] = [leafNodes(leaves)];
  let width = 1;
  while (width < leaves.length) width *= 2;
  for (let below = levels[0] ?? []; width > 1; width /= 2) {
    const isOdd = below.length % 2 === 1;
    below = parentNodes(isOdd ? [...below, emptyNode(levels.length - 1)] : below);
    levels.push(below);
  }
  const siblingsOf = (index: number): readonly BalanceNode[] =>
    levels.slice(0, -1).map((nodes, level) => nodes[(index >> level) ^ 1] ?? emptyNode(level));
  return {
    root: levels.at(-1)?.[0] ?? ZERO_NODE,
    proof(index) {
      const leaf = leaves[index];
      assert(leaf !== undefined, `the tree has no leaf ${index}`);
      // Made when it is shown.
      return {
        leaf,
        get siblings() {
          return siblingsOf(index);
        },
      };
    },
  };
}

/** Whether a proof leads to a root. */
export function provesBalance({ leaf, siblings }: BalanceProof, root: BalanceNode): boolean {
  const top = siblings.reduce(
    (node, sibling, level) =>
      (leaf.index >> level) & 1 ? parentNode(sibling, node) : parentNode(node, sibling),
    leafNodes([leaf])[0] ?? ZERO_NODE,
  );
  return top.hash === root.hash && top.credit === root.credit && top.debit === root.debit;
}

function leafNodes(leaves: readonly BalanceLeaf[]): readonly BalanceNode[] {
  const salts = Buffer.concat(leaves.map(({ salt }) => fromHex(salt)));
  const hashes = toHexes(saltedHashes(BALANCE_LAYOUT, leaves, salts));
  return leaves.map(({ credit, debit }, index) => ({ hash: hashes[index] ?? ZERO_HASH, credit, debit }));
}

/** The nodes above pairs of nodes. Throws a RangeError when a sum does not fit the contract's 128 bits. */
function parentNodes(below: readonly BalanceNode[]): readonly BalanceNode[] {
  const pairAt = (index: number): readonly [BalanceNode, BalanceNode] => [
    below[2 * index] ?? ZERO_NODE,
    below[2 * index + 1] ?? ZERO_NODE,
  ];
  const hashes = hashPacked(below.length / 2, NODE_BYTES, (row, index) => {
    for (const child of pairAt(index)) {
      row.hash(child.hash);
      row.uint128(child.credit);
      row.uint128(child.debit);
    }
  });
  return toHexes(hashes).map((hash, index) => {
    const [left, right] = pairAt(index);
    const node = { hash, credit: left.credit + right.credit, debit: left.debit + right.debit };
    if ((node.credit | node.debit) >> 128n !== 0n)
      throw new RangeError("a balance tree's sums must fit 128 bits");
    return node;
  });
}

function parentNode(left: BalanceNode, right: BalanceNode): BalanceNode {
  return parentNodes([left, right])[0] ?? ZERO_NODE;
}

const EMPTY_NODES: BalanceNode[] = [ZERO_NODE];

/** The node at a level above zero leaves only. */
function emptyNode(level: number): BalanceNode {
  for (let known = EMPTY_NODES.length; known <= level; known++) {
    const below = EMPTY_NODES[known - 1] ?? ZERO_NODE;
    EMPTY_NODES.push(parentNode(below, below));
  }
  return EMPTY_NODES[level] ?? ZERO_NODE;
}
