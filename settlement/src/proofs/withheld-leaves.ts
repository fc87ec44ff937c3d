import { hashArchive } from "../batch/batch-archive.ts";
import { ZERO_HASH } from "../batch/batch-header.ts";
import { TREE_NUMBERS, type TreeName } from "../batch/leaf-salt.ts";
import { treeDepth } from "../batch/merkle-tree.ts";
import { hashEnd } from "../batch/order-leaf.ts";
import { keccak256 } from "../hash/keccak.ts";
import { type Accusation, accuse } from "./accusation.ts";
import type { CaseFile } from "./case-file.ts";

/**
 * What has to be asked for: leaves of trees that the archive does not open, and leaves whose hashes stand for
 * nothing in it. Who can show them has withheld nothing; who can't, loses the batch.
 */
export function withheldLeaves(file: CaseFile): readonly Accusation[] {
  const { archive, header, opened } = file;
  const found: Accusation[] = [];
  for (const tree of Object.keys(TREE_NUMBERS) as TreeName[]) {
    if (file.opens(tree)) continue;
    const padding = paddingOf(file, tree);
    if (padding !== null) found.push(padding);
    const index = missingIndex(file, tree);
    if (index !== null) found.push(demand(tree, index));
  }
  for (const [index, { leaf, signedHash, end }] of opened.orders.entries()) {
    const isHidden =
      signedHash !== leaf.signedHash ||
      (leaf.endedHash !== ZERO_HASH && (end === null || hashEnd(end) !== leaf.endedHash));
    if (isHidden) found.push(demand("orders", index));
  }
  for (const [index, { leaf, meterKey, signature }] of opened.readings.entries()) {
    const isHidden = keccak256(signature) !== leaf.signatureHash || keccak256(meterKey) !== leaf.meterKeyHash;
    if (isHidden) found.push(demand("readings", index));
  }
  for (const [place, [index]] of archive.balances.entries()) {
    // Whatever stands there, it is not the balance that the place is for.
    if (index !== place) found.push(demand("balances", place));
  }
  if (found.length === 0 && header.archiveHash !== hashArchive(archive)) {
    const tree = header.accountCount > 0 ? "positions" : "orders";
    found.push(demand(tree, 0));
  }
  return found;
}

/** Asks the court to be shown a leaf. */
export function demand(tree: TreeName, index: number): Accusation {
  return {
    ...{ kind: "withheld", judge: "SettlementCourt", call: "demand", leaf: { tree, index } },
    arguments: (_court, batch) => [batch, TREE_NUMBERS[tree], index],
  };
}

/** The leaf to ask for: the first that the header has and the archive has not, else any. */
function missingIndex({ header, leaves }: CaseFile, tree: TreeName): number | null {
  const count = countOf(header, tree);
  if (count === 0) return null;
  return count > leaves[tree].length ? leaves[tree].length : 0;
}

/** Shows that leaves stand beyond the header's count, when the root is that of all of them. */
function paddingOf(file: CaseFile, tree: TreeName): Accusation | null {
  const { header, leaves, trees } = file;
  const count = countOf(header, tree);
  const isHidden =
    count > 0 && count < leaves[tree].length && treeDepth(count) === treeDepth(leaves[tree].length);
  if (!isHidden) return null;
  if (tree === "balances") {
    return accuse("padding", "BalanceJudge", "balancePadding", file.balance(count - 1));
  }
  const { [tree]: merkle } = trees;
  return accuse(
    ...(["padding", "HeaderJudge", "headerPadding"] as const),
    ...[TREE_NUMBERS[tree], merkle.leaf(count - 1), merkle.proof(count - 1)],
  );
}

function countOf(header: CaseFile["header"], tree: TreeName): number {
  switch (tree) {
    case "orders":
      return header.orderCount;
    case "readings":
      return header.readingCount;
    case "fills":
      return header.fillCount;
    default:
      return header.accountCount;
  }
}
