import assert from "node:assert/strict";
import type { Account, Hex } from "@commonwatt/vpp-core";
import { type BatchHeader, hashHeader } from "../batch/batch-header.ts";
import { type BatchRules, hashRules } from "../batch/batch-rules.ts";
import { FILL_LAYOUT, type FillLeaf } from "../batch/fill-leaf.ts";
import { type LeafLayout, leafBytes } from "../batch/leaf-layout.ts";
import { merkleTree } from "../batch/merkle-tree.ts";
import {
  encodeEnd,
  encodeSignature,
  hashEnd,
  hashSignature,
  ORDER_LAYOUT,
  type OrderEnd,
  type OrderLeaf,
  type OrderSignature,
} from "../batch/order-leaf.ts";
import { POSITION_LAYOUT, type PositionLeaf } from "../batch/position-leaf.ts";
import { READING_LAYOUT, type ReadingLeaf } from "../batch/reading-leaf.ts";
import { fromHex, keccakBytes, keccakText, toHex } from "../hash/keccak.ts";
import { abiPacked, abiWords } from "./abi.ts";

const ACCOUNT = "0x3EA17dE45664Ce21F6E28E0a26f3652335796938" as Account;
const SALT = fromHex(keccakText("salt"));
const hash = (name: string): Hex => keccakText(name);

const order: OrderLeaf = {
  ...{ digest: hash("digest"), accountIndex: 7, account: ACCOUNT, isBid: true, limitPrice: 123_456_789 },
  ...{ energyWh: 2 ** 40 + 3, intervalIndex: 1_900_001, orderSalt: hash("order salt") },
  ...{ signedHash: hash("signed"), ended: 1, endedHash: hash("ended") },
};
const reading: ReadingLeaf = {
  ...{ accountIndex: 3, siteId: hash("home-1"), siteHash: hash("site"), sequence: 2 ** 33 + 1 },
  ...{ takenAtMs: 1_764_115_200_123, importWh: 2 ** 52, exportWh: 9 },
  ...{ meterKeyHash: hash("key"), signatureHash: hash("signature") },
};
const fill: FillLeaf = {
  ...{ twin: 4_000_000_000, accountIndex: 1, orderIndex: 2, isSeller: true, phase: 1 },
  ...{ energyWh: 5_000, price: -7, settledWh: 4_999, paidNano: 2n ** 127n + 1n },
  ...{ sellerMakeWholeNano: 11n, buyerMakeWholeNano: 2n ** 64n, feeNano: 13n, orderFilledWh: 14 },
  ...{ soldWh: 15, boughtWh: 16, creditNano: 2n ** 65n + 17n, debitNano: 18n },
};
const position: PositionLeaf = {
  ...{
    account: ACCOUNT,
    siteId: hash("home-1"),
    soldWh: 1,
    boughtWh: 2,
    creditNano: 2n ** 90n,
    debitNano: 4n,
  },
  ...{ isMetered: true, startReading: 5, endReading: 6, startImportWh: 7, startExportWh: 8 },
  ...{ endImportWh: 2 ** 51 + 9, endExportWh: 10 },
};
const rules: BatchRules = {
  ...{
    retailPrice: 300_000,
    feedInPrice: -80_000,
    feePpm: 12_345,
    intervalMs: 900_000,
    gateClosureMs: 90_000,
  },
};
const header: BatchHeader = {
  ...{ community: hash("street"), number: 2, previousHash: hash("previous"), intervalIndex: 1_900_001 },
  ...{ intervalStart: 1_710_000_900, intervalEnd: 1_710_001_800, rulesHash: hash("rules") },
  ...{ clearingPrice: null, ordersRoot: hash("orders"), orderCount: 3, readingsRoot: hash("readings") },
  ...{ readingCount: 4, fillsRoot: hash("fills"), fillCount: 6, positionsRoot: hash("positions") },
  ...{
    balancesRoot: hash("balances"),
    accountCount: 5,
    creditTotal: 2n ** 100n,
    debitTotal: 2n ** 100n + 1n,
  },
  ...{ feeTotal: 1n, archiveHash: hash("archive") },
};
const bulk: OrderSignature = {
  ...{ kind: 1, replaces: `0x${"00".repeat(32)}`, group: 3, counter: 2 ** 40, index: 2 },
  ...{ proof: [hash("one"), hash("two")], signature: `0x${"ab".repeat(65)}` },
};
const end: OrderEnd = {
  ...{ scope: 3, group: 0, counter: 0, replacement: hash("new"), signature: `0x${"cd".repeat(65)}` },
};

function leafVector<Leaf extends object>(
  layout: LeafLayout<Leaf>,
  leaf: Leaf,
  fieldTypes: string,
): { readonly words: Hex; readonly encoded: Hex; readonly hash: Hex } {
  const bytes = leafBytes(layout, leaf, SALT);
  const types = `${fieldTypes},bytes32`.split(",");
  const fields = [...Object.values(leaf), SALT];
  const words = abiWords(types, fields);
  assert.equal(toHex(bytes), abiPacked(types, fields), "a leaf is packed as Solidity packs it");
  return { words, encoded: toHex(bytes), hash: toHex(keccakBytes(keccakBytes(bytes))) };
}

/** How an order was signed, as `abi.encode` lays it out. */
export function signatureWords(signed: OrderSignature): Hex {
  const { kind, replaces, group, counter, index, proof, signature } = signed;
  return abiWords(
    ["tuple(uint8,bytes32,uint64,uint64,uint32,bytes32[],bytes)"],
    [[kind, replaces, group, counter, index, proof, signature]],
  );
}

/** What ended an order, as `abi.encode` lays it out. */
export function endWords({ scope, group, counter, replacement, signature }: OrderEnd): Hex {
  return abiWords(
    ["tuple(uint8,uint64,uint64,bytes32,bytes)"],
    [[scope, group, counter, replacement, signature]],
  );
}

/** A tree of `count` leaves, each the hash of its number, and the proof of the last one. */
function treeVector(count: number): object {
  const leaves = Array.from({ length: count }, (_, i) => keccakBytes(Uint8Array.of(i)));
  const tree = merkleTree(Buffer.concat(leaves));
  const last = count - 1;
  return { count, root: tree.root, leaf: tree.leaf(last), siblings: tree.proof(last) };
}

/** Every encoding that contracts share with this package, one example each, as the contracts' tests read them. */
export function encodedVectors(): object {
  const priced = { ...header, clearingPrice: -5 };
  return {
    order: leafVector(
      ORDER_LAYOUT,
      order,
      "bytes32,uint32,address,bool,int64,uint64,uint64,bytes32,bytes32,uint8,bytes32",
    ),
    reading: leafVector(
      READING_LAYOUT,
      reading,
      "uint32,bytes32,bytes32,uint64,uint64,uint64,uint64,bytes32,bytes32",
    ),
    fill: leafVector(
      FILL_LAYOUT,
      fill,
      "uint32,uint32,uint32,bool,uint8,uint64,int64,uint64,uint128,uint128,uint128,uint128,uint64,uint64,uint64," +
        "uint128,uint128",
    ),
    position: leafVector(
      POSITION_LAYOUT,
      position,
      "address,bytes32,uint64,uint64,uint128,uint128,bool,uint32,uint32,uint64,uint64,uint64,uint64",
    ),
    signature: { words: signatureWords(bulk), encoded: encodeSignature(bulk), hash: hashSignature(bulk) },
    end: { words: endWords(end), encoded: encodeEnd(end), hash: hashEnd(end) },
    rules: { ...rules, hash: hashRules(rules) },
    header: headerVector(header),
    pricedHeader: headerVector(priced),
    trees: [1, 2, 3, 5, 8, 13].map(treeVector),
  };
}

function headerVector(one: BatchHeader): object {
  const { creditTotal, debitTotal, feeTotal, clearingPrice, ...rest } = one;
  return {
    ...rest,
    clearingPrice: clearingPrice ?? "none",
    ...{ creditTotal: `${creditTotal}`, debitTotal: `${debitTotal}`, feeTotal: `${feeTotal}` },
    hash: hashHeader(one),
  };
}
