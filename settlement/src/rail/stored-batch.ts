import type { BatchRecord } from "@commonwatt/vpp-core";
import { type BalanceTree, balanceTree } from "../batch/balance-tree.ts";
import { balancesOf } from "../batch/balances.ts";
import type { BatchArchive, BatchFile } from "../batch/batch-archive.ts";
import { type BatchHeader, type BatchHeaderJson, headerFromJson } from "../batch/batch-header.ts";

/** The batch as anybody can check it, out of the store, which holds it as plain JSON. */
export function fileOf(record: BatchRecord): BatchFile {
  return { header: record.header as BatchHeaderJson, archive: record.archive as BatchArchive };
}

/** The header of a stored batch. */
export function headerOf(record: BatchRecord): BatchHeader {
  return headerFromJson(record.header as BatchHeaderJson);
}

/** The balance tree of a stored batch. */
export function treeOf(record: BatchRecord): BalanceTree {
  return balanceTree(balancesOf(fileOf(record)).accounts);
}
