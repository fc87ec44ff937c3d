import { readFile } from "node:fs/promises";
import type { Account, Hex } from "@commonwatt/vpp-core";
import { describe, expect, it } from "vitest";
import { type BalanceLeaf, type BalanceNode, balanceTree, provesBalance } from "./balance-tree.ts";

interface NodeVector {
  readonly hash: Hex;
  readonly credit: string;
  readonly debit: string;
}

interface TreeVector {
  readonly name: string;
  readonly accountCount: number;
  readonly root: NodeVector;
  readonly leaves: readonly (NodeVector & { index: number; account: Account; salt: Hex })[];
  readonly siblings: readonly (readonly NodeVector[])[];
}

const path = new URL("../../contracts/test/vectors/balance-tree.json", import.meta.url);
const { trees } = JSON.parse(await readFile(path, "utf8")) as { trees: readonly TreeVector[] };

function node({ hash, credit, debit }: NodeVector): BalanceNode {
  return { hash, credit: BigInt(credit), debit: BigInt(debit) };
}

function leavesOf(tree: TreeVector): readonly BalanceLeaf[] {
  return tree.leaves.map(({ index, account, salt, credit, debit }) => {
    return { index, account, salt, credit: BigInt(credit), debit: BigInt(debit) };
  });
}

describe("the balance tree", () => {
  it("has vectors to be held to", () => {
    expect(trees.length).toBeGreaterThanOrEqual(4);
  });

  it.each(trees)("agrees with the contract bit for bit: $name", (vector) => {
    const tree = balanceTree(leavesOf(vector));
    expect(tree.root).toEqual(node(vector.root));
    for (const { index } of vector.leaves) {
      const proof = tree.proof(index);
      expect(proof.siblings).toEqual(vector.siblings[index]?.map(node));
      expect(provesBalance(proof, tree.root)).toBe(true);
    }
  });

  it("does not prove a leaf that is not in it", () => {
    for (const vector of trees.filter(({ accountCount }) => accountCount > 1)) {
      const tree = balanceTree(leavesOf(vector));
      const { leaf, siblings } = tree.proof(1);
      const lie = (change: Partial<BalanceLeaf>): boolean =>
        provesBalance({ leaf: { ...leaf, ...change }, siblings }, tree.root);
      expect(lie({})).toBe(true);
      expect(lie({ credit: leaf.credit + 1n })).toBe(false);
      expect(lie({ debit: leaf.debit + 1n })).toBe(false);
      expect(lie({ index: 0 })).toBe(false);
      expect(lie({ salt: `0x${"ab".repeat(32)}` })).toBe(false);
    }
  });

  it("refuses leaves out of place and sums beyond 128 bits", () => {
    const leaf = (index: number, credit: bigint): BalanceLeaf => ({
      ...{ index, credit, debit: 0n, salt: `0x${"00".repeat(32)}` },
      account: "0x3EA17dE45664Ce21F6E28E0a26f3652335796938" as Account,
    });
    expect(() => balanceTree([leaf(1, 0n)])).toThrow("stand at their index");
    expect(() => balanceTree([leaf(0, 2n ** 127n), leaf(1, 2n ** 127n)])).toThrow(RangeError);
    expect(() => balanceTree([leaf(0, 1n)]).proof(1)).toThrow("no leaf 1");
  });
});
