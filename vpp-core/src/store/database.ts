import assert from "node:assert/strict";
import { type CustomTypesConfig, Pool, type PoolClient, types } from "pg";
import { storeError } from "./store-error.ts";

/** How long to wait for a connection before the database counts as unavailable. */
const CONNECT_TIMEOUT_MS = 5_000;
/** How long to wait for an answer before a connection counts as lost. */
const QUERY_TIMEOUT_MS = 30_000;
/** Connections held at most; small, as every caller waits for its answer. */
const CONNECTIONS_MAX = 8;

/** Runs one SQL statement and gives its rows; columns carry the names that `Row` declares. */
export interface Queries {
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}

/** The store's connections. Every failure comes out as `storeError` names it. */
export interface Database extends Queries {
  /** Runs `work` in one database transaction: all of it or nothing. */
  transaction<Result>(work: (queries: Queries) => Promise<Result>): Promise<Result>;
  /**
   * Runs `work` on a connection of its own, without a time limit on statements, and closes it: for work that
   * may break the connection or hold locks on it.
   */
  session<Result>(work: (queries: Queries) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** A `bigint` column as a number: exact, or the process is told. */
function safeInteger(text: string): number {
  const value = Number(text);
  assert(Number.isSafeInteger(value), `a bigint from the database exceeds a safe integer: ${text}`);
  return value;
}

/** `bigint` columns as safe integers, `numeric` ones (money in nano) as bigint, the rest as pg has it. */
const exactTypes: CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary") => {
    if (oid === types.builtins.INT8) return safeInteger;
    if (oid === types.builtins.NUMERIC) return BigInt;
    return types.getTypeParser(oid, format);
  }) as CustomTypesConfig["getTypeParser"],
};

function poolOf(connectionString: string, queryTimeoutMs: number, connectionsMax: number): Pool {
  const pool = new Pool({
    connectionString,
    types: exactTypes,
    max: connectionsMax,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: queryTimeoutMs,
    keepAlive: true,
    application_name: "commonwatt",
    allowExitOnIdle: false,
  });
  // A connection that drops is the next caller's failure, never an uncaught error of the process: the pool
  // tells of idle ones, the client itself of one that is lent out between two statements.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

function queriesOf(client: Pool | PoolClient): Queries {
  return {
    async query<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
      try {
        return (await client.query<Row & Record<string, unknown>>(sql, [...values])).rows;
      } catch (error) {
        throw storeError(error, "the database did not carry out a statement");
      }
    },
  };
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw storeError(error, "no connection to the database");
  }
}

async function inTransaction<Result>(
  pool: Pool,
  work: (queries: Queries) => Promise<Result>,
): Promise<Result> {
  const client = await connect(pool);
  const queries = queriesOf(client);
  try {
    await queries.query("begin");
    const result = await work(queries);
    await queries.query("commit");
    client.release();
    return result;
  } catch (error) {
    // A rollback that fails means a broken connection, which the pool must not lend again.
    const rolledBack = await client.query("rollback").then(
      () => true,
      () => false,
    );
    client.release(!rolledBack);
    throw error;
  }
}

async function inSession<Result>(
  connectionString: string,
  work: (queries: Queries) => Promise<Result>,
): Promise<Result> {
  const pool = poolOf(connectionString, 0, 1);
  try {
    const client = await connect(pool);
    try {
      return await work(queriesOf(client));
    } finally {
      client.release(true);
    }
  } finally {
    await pool.end();
  }
}

/** Opens connections as they are needed; nothing is connected yet when this returns. */
export function openDatabase(connectionString: string): Database {
  const pool = poolOf(connectionString, QUERY_TIMEOUT_MS, CONNECTIONS_MAX);
  return {
    ...queriesOf(pool),
    transaction: (work) => inTransaction(pool, work),
    session: (work) => inSession(connectionString, work),
    close: () => pool.end(),
  };
}
