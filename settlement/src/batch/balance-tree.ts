import assert from "node:assert/strict";
import type { Account, Hex } from "@commonwatt/vpp-core";
import { fromHex, keccakText, toHex } from "../hash/keccak.ts";
import { Words } from "../hash/words.ts";
import { ZERO_HASH } from "./batch-header.ts";

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

const LEAF_TYPEHASH = keccakText(
  "BalanceLeaf(uint32 index,address account,uint128 credit,uint128 debit,bytes32 salt)",
);
const NODE_TYPEHASH = keccakText(
  "BalanceNode(bytes32 leftHash,uint128 leftCredit,uint128 leftDebit," +
    "bytes32 rightHash,uint128 rightCredit,uint128 rightDebit)",
);
const ZERO_NODE: BalanceNode = { hash: ZERO_HASH, credit: 0n, debit: 0n };

const leafWords = new Words(6);
leafWords.hex(0, LEAF_TYPEHASH);
const nodeWords = new Words(7);
nodeWords.hex(0, NODE_TYPEHASH);

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
  const levels: BalanceNode[][] = [leaves.map(leafNode)];
  let width = 1;
  while (width < leaves.length) width *= 2;
  for (let below = levels[0] ?? []; width > 1; width /= 2) {
    const lower = below;
    below = Array.from({ length: Math.ceil(lower.length / 2) }, (_, position) =>
      parentNode(lower[2 * position] ?? ZERO_NODE, lower[2 * position + 1] ?? emptyNode(levels.length - 1)),
    );
    levels.push(below);
  }
  const siblingsOf = (index: number): readonly BalanceNode[] =>
    levels.slice(0, -1).map((nodes, level) => nodes[(index >> level) ^ 1] ?? emptyNode(level));
  return {
    root: levels.at(-1)?.[0] ?? ZERO_NODE,
    proof(index) {
      const leaf = leaves[index];
      assert(leaf !== undefined, `the tree has no leaf ${index}`);
      return { leaf, siblings: siblingsOf(index) };
    },
  };
}

/** Whether a proof leads to a root. */
export function provesBalance(proof: BalanceProof, root: BalanceNode): boolean {
  const { leaf, siblings } = proof;
  const top = siblings.reduce(
    (node, sibling, level) =>
      (leaf.index >> level) & 1 ? parentNode(sibling, node) : parentNode(node, sibling),
    leafNode(leaf),
  );
  return top.hash === root.hash && top.credit === root.credit && top.debit === root.debit;
}

function leafNode({ index, account, credit, debit, salt }: BalanceLeaf): BalanceNode {
  leafWords.uint(1, index);
  leafWords.hex(2, account);
  leafWords.uint128(3, credit);
  leafWords.uint128(4, debit);
  leafWords.word(5, fromHex(salt));
  return { hash: toHex(leafWords.hashTwice()), credit, debit };
}

/** Throws a RangeError when a sum does not fit the contract's 128 bits. */
function parentNode(left: BalanceNode, right: BalanceNode): BalanceNode {
  nodeWords.hex(1, left.hash);
  nodeWords.uint128(2, left.credit);
  nodeWords.uint128(3, left.debit);
  nodeWords.hex(4, right.hash);
  nodeWords.uint128(5, right.credit);
  nodeWords.uint128(6, right.debit);
  const node = {
    hash: toHex(nodeWords.hash()),
    credit: left.credit + right.credit,
    debit: left.debit + right.debit,
  };
  if ((node.credit | node.debit) >> 128n !== 0n)
    throw new RangeError("a balance tree's sums must fit 128 bits");
  return node;
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
