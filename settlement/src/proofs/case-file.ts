import type { Hex } from "@commonwatt/vpp-core";
import type { BalanceLeaf, BalanceNode } from "../batch/balance-tree.ts";
import type { BatchArchive, BatchFile } from "../batch/batch-archive.ts";
import { type BatchHeader, headerFromJson, ZERO_HASH } from "../batch/batch-header.ts";
import { type BatchLeaves, type BatchTrees, type OpenedArchive, treesOf } from "../batch/batch-leaves.ts";
import { type BatchRules, rulesWithHash } from "../batch/batch-rules.ts";
import type { FillLeaf } from "../batch/fill-leaf.ts";
import { leafSalt, type TreeName } from "../batch/leaf-salt.ts";
import type { MerkleTree } from "../batch/merkle-tree.ts";
import { NOBODY } from "../batch/odd-leaf.ts";
import { hashedDomain, type OrderDomain } from "../batch/order-digest.ts";
import type { OrderLeaf } from "../batch/order-leaf.ts";
import type { PositionLeaf } from "../batch/position-leaf.ts";
import type { ReadingLeaf } from "../batch/reading-leaf.ts";
import { toHex } from "../hash/keccak.ts";
import type { ChainFacts } from "./chain-facts.ts";
import { openOnce } from "./open-once.ts";
import { withShown } from "./with-shown.ts";

/** A leaf with its salt and its way to the root, as the judges take it. */
export interface LeafProof<Leaf> {
  readonly index: number;
  readonly leaf: Leaf & { readonly salt: Hex };
  readonly siblings: readonly Hex[];
}

/** A balance with its way to the root. */
export interface BalanceCaseProof {
  readonly leaf: BalanceLeaf;
  readonly siblings: readonly BalanceNode[];
}

/** The place before the leaf at an index. */
export interface Cut<Leaf> {
  readonly index: number;
  readonly previous: LeafProof<Leaf>;
  readonly next: LeafProof<Leaf>;
}

/** A batch taken apart, so that anything in it can be proved. */
export interface CaseFile {
  readonly header: BatchHeader;
  readonly archive: BatchArchive;
  readonly leaves: BatchLeaves;
  /** Orders and readings with what the hashes in their leaves stand for. */
  readonly opened: Omit<OpenedArchive, "leaves">;
  readonly facts: ChainFacts;
  /** What its orders and readings must be signed for. */
  readonly domain: OrderDomain;
  /** What the header says that it is accounted by, whatever its archive says; `null` when nobody knows these rules. */
  readonly rules: BatchRules | null;
  readonly previous: { readonly header: BatchHeader; readonly trees: BatchTrees } | null;
  /** Whether the leaves of a tree lead to the header's root: if not, nothing of it can be proved. */
  opens(tree: TreeName): boolean;
  order(index: number): LeafProof<OrderLeaf>;
  reading(index: number): LeafProof<ReadingLeaf>;
  fill(index: number): LeafProof<FillLeaf>;
  position(index: number): LeafProof<PositionLeaf>;
  balance(index: number): BalanceCaseProof;
  /** A balance of the batch before; an empty one for an account that had none. */
  previousBalance(index: number): BalanceCaseProof;
  fillCut(index: number): Cut<FillLeaf>;
  orderCut(index: number): Cut<OrderLeaf>;
  readonly trees: BatchTrees;
}

const NO_FILL: FillLeaf = {
  ...{ twin: 0, accountIndex: 0, orderIndex: 0, isSeller: false, phase: 0, energyWh: 0, price: 0 },
  ...{ settledWh: 0, paidNano: 0n, sellerMakeWholeNano: 0n, buyerMakeWholeNano: 0n, feeNano: 0n },
  ...{ orderFilledWh: 0, soldWh: 0, boughtWh: 0, creditNano: 0n, debitNano: 0n },
};
const NO_ORDER: OrderLeaf = {
  ...{ digest: ZERO_HASH, accountIndex: 0, account: NOBODY, isBid: false, limitPrice: 0, energyWh: 0 },
  ...{ intervalIndex: 0, orderSalt: ZERO_HASH, signedHash: ZERO_HASH, ended: 0, endedHash: ZERO_HASH },
};
const NO_READING: ReadingLeaf = {
  ...{ accountIndex: 0, siteId: ZERO_HASH, siteHash: ZERO_HASH, sequence: 0, takenAtMs: 0 },
  ...{ importWh: 0, exportWh: 0, meterKeyHash: ZERO_HASH, signatureHash: ZERO_HASH },
};
const NO_POSITION: PositionLeaf = {
  ...{ account: NOBODY, siteId: ZERO_HASH, soldWh: 0, boughtWh: 0, creditNano: 0n, debitNano: 0n },
  ...{ isMetered: false, startReading: 0, endReading: 0 },
  ...{ startImportWh: 0, startExportWh: 0, endImportWh: 0, endExportWh: 0 },
};

/** Takes a batch apart. Throws when its archive is no archive. */
export function openCase(previous: BatchFile | null, batch: BatchFile, facts: ChainFacts): CaseFile {
  const { archive } = batch;
  const header = headerFromJson(batch.header);
  const said = [archive.rules, ...(previous === null ? [] : [previous.archive.rules]), ...facts.knownRules];
  const { leaves, ...told } = openOnce(archive);
  const opened = withShown(told, facts.shown);
  const trees = treesOf(archive.seed, leaves);
  const before =
    previous === null
      ? null
      : {
          header: headerFromJson(previous.header),
          trees: treesOf(previous.archive.seed, openOnce(previous.archive).leaves),
          balances: previous.archive.balances.length,
        };
  const prove =
    <Leaf>(name: Exclude<TreeName, "balances">, tree: MerkleTree, list: readonly Leaf[], none: Leaf) =>
    (index: number): LeafProof<Leaf> => {
      const leaf = list[index];
      if (leaf === undefined) return { index: 0, leaf: { ...none, salt: ZERO_HASH }, siblings: [] };
      // Made when they are shown: of a batch with thousands of lies one is enough.
      return {
        index,
        get leaf() {
          return { ...leaf, salt: toHex(leafSalt(archive.seed, name, index)) };
        },
        get siblings() {
          return tree.proof(index);
        },
      };
    };
  const cutOf =
    <Leaf>(proofOf: (index: number) => LeafProof<Leaf>) =>
    (index: number): Cut<Leaf> => ({ index, previous: proofOf(index - 1), next: proofOf(index) });
  const order = prove("orders", trees.orders, leaves.orders, NO_ORDER);
  const fill = prove("fills", trees.fills, leaves.fills, NO_FILL);
  return {
    ...{ header, archive, leaves, opened, trees, facts, previous: before },
    domain: hashedDomain(header.community, facts.domain),
    rules: rulesWithHash(header.rulesHash, said),
    opens: (tree) => opensAt(header, trees, leaves, tree),
    order,
    reading: prove("readings", trees.readings, leaves.readings, NO_READING),
    fill,
    position: prove("positions", trees.positions, leaves.positions, NO_POSITION),
    balance: (index) => trees.balances.proof(index),
    previousBalance: (index) =>
      before !== null && index < before.balances ? before.trees.balances.proof(index) : noBalance(index),
    fillCut: cutOf(fill),
    orderCut: cutOf(order),
  };
}

function opensAt(header: BatchHeader, trees: BatchTrees, leaves: BatchLeaves, tree: TreeName): boolean {
  switch (tree) {
    case "orders":
      return trees.orders.root === header.ordersRoot && leaves.orders.length === header.orderCount;
    case "readings":
      return trees.readings.root === header.readingsRoot && leaves.readings.length === header.readingCount;
    case "fills":
      return trees.fills.root === header.fillsRoot && leaves.fills.length === header.fillCount;
    case "positions":
      return trees.positions.root === header.positionsRoot && leaves.positions.length === header.accountCount;
    case "balances": {
      const { root } = trees.balances;
      const totals = root.credit === header.creditTotal && root.debit === header.debitTotal;
      return root.hash === header.balancesRoot && totals && leaves.balances.length === header.accountCount;
    }
  }
}

function noBalance(index: number): BalanceCaseProof {
  return { leaf: { index, account: NOBODY, credit: 0n, debit: 0n, salt: ZERO_HASH }, siblings: [] };
}
