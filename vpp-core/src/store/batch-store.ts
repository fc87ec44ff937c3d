import assert from "node:assert/strict";
import { CommonwattError } from "../errors/commonwatt-error.ts";
import type { IntervalSettlement } from "../ports/settlement.ts";
import type { BatchProgress, BatchRecord, BatchStore } from "../ports/store.ts";
import type { Database, Queries } from "./database.ts";
import {
  insertStatements,
  insertTradeSettlements,
  statementsOf,
  statementsOfSite,
  tradeSettlementsOf,
} from "./settlement-rows.ts";

/** A batch without its lines; the rail's JSON still as text. */
interface BatchRow extends Omit<BatchRecord, "header" | "archive" | "settlement"> {
  readonly header: string;
  readonly archive: string;
  readonly settledWh: IntervalSettlement["settledWh"];
}

const COLUMNS = `number, interval_index as "intervalIndex", status, header_hash as "headerHash", header, archive,
  settled_wh as "settledWh", commit_hash as "commitHash", finalize_hash as "finalizeHash", pay_hash as "payHash"`;

async function insertRow(queries: Queries, batch: BatchRecord): Promise<boolean> {
  const inserted = await queries.query(
    `insert into batches (number, interval_index, status, header_hash, header, archive,
       settled_wh, commit_hash, finalize_hash, pay_hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing returning number`,
    [
      batch.number,
      batch.intervalIndex,
      batch.status,
      batch.headerHash,
      JSON.stringify(batch.header),
      JSON.stringify(batch.archive),
      batch.settlement.settledWh,
      batch.commitHash,
      batch.finalizeHash,
      batch.payHash,
    ],
  );
  return inserted.length > 0;
}

/** A batch saved again is the same batch; another one under its number or interval is a conflict. */
async function insert(queries: Queries, batch: BatchRecord): Promise<void> {
  assert.equal(batch.settlement.batchNumber, batch.number, "a batch and its settlement have one number");
  assert.equal(batch.settlement.intervalIndex, batch.intervalIndex, "a batch settles its own interval");
  if (await insertRow(queries, batch)) {
    await insertTradeSettlements(queries, batch.settlement);
    await insertStatements(queries, batch.settlement);
    return;
  }
  const same = await queries.query(
    "select from batches where number = $1 and interval_index = $2 and header_hash = $3",
    [batch.number, batch.intervalIndex, batch.headerHash],
  );
  if (same.length > 0) return;
  throw new CommonwattError(
    "STORE_CONFLICT",
    `another batch has the number ${batch.number} or the interval ${batch.intervalIndex}`,
    { details: { batchNumber: batch.number, intervalIndex: batch.intervalIndex } },
  );
}

async function update(queries: Queries, number: number, progress: BatchProgress): Promise<void> {
  const columns = [
    ["status", progress.status],
    ["commit_hash", progress.commitHash],
    ["finalize_hash", progress.finalizeHash],
    ["pay_hash", progress.payHash],
  ] as const;
  const changes = columns.filter(([, value]) => value !== undefined);
  const sets = ["number = number", ...changes.map(([column], i) => `${column} = $${i + 2}`)];
  const updated = await queries.query(
    `update batches set ${sets.join(", ")} where number = $1 returning number`,
    [number, ...changes.map(([, value]) => value)],
  );
  if (updated.length > 0) return;
  throw new CommonwattError("STORE_NOT_FOUND", `there is no batch ${number}`, {
    details: { batchNumber: number },
  });
}

/** Reads batches whole; `clause` selects and sorts them. */
async function read(
  queries: Queries,
  clause: string,
  values: readonly unknown[],
): Promise<readonly BatchRecord[]> {
  const rows = await queries.query<BatchRow>(`select ${COLUMNS} from batches ${clause}`, values);
  const numbers = rows.map((row) => row.number);
  if (numbers.length === 0) return [];
  const trades = await tradeSettlementsOf(queries, numbers);
  const statements = await statementsOf(queries, numbers);
  return rows.map(({ settledWh, ...row }) => ({
    ...row,
    header: JSON.parse(row.header),
    archive: JSON.parse(row.archive),
    settlement: {
      intervalIndex: row.intervalIndex,
      batchNumber: row.number,
      settledWh,
      trades: trades.get(row.number) ?? [],
      statements: statements.get(row.number) ?? [],
    },
  }));
}

async function readOne(
  queries: Queries,
  clause: string,
  values: readonly unknown[],
): Promise<BatchRecord | null> {
  return (await read(queries, clause, values))[0] ?? null;
}

/** Batches with everything that belongs to them. */
export function batchStore(database: Database): BatchStore {
  return {
    insert: (batch) => database.transaction((queries) => insert(queries, batch)),
    update: (number, progress) => update(database, number, progress),
    byNumber: (number) => readOne(database, "where number = $1", [number]),
    byInterval: (index) => readOne(database, "where interval_index = $1", [index]),
    byArchive: (archiveHash) => readOne(database, "where header::json ->> 'archiveHash' = $1", [archiveHash]),
    last: () => readOne(database, "order by number desc limit 1", []),
    unfinished: () => read(database, "where status <> 'paid' order by number", []),
    list: (fromNumber, limit) =>
      read(database, "where number >= $1 order by number limit $2", [fromNumber, limit]),
    statements: (site, from, limit) => statementsOfSite(database, site, from, limit),
  };
}
