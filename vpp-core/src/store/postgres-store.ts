import { CommonwattError, isCommonwattError } from "../errors/commonwatt-error.ts";
import type { Logger } from "../ports/logger.ts";
import type { Store } from "../ports/store.ts";
import { type Clock, durationMs, type Timer } from "../time/clock.ts";
import { batchStore } from "./batch-store.ts";
import { type Database, openDatabase } from "./database.ts";
import { meteringStore } from "./metering-store.ts";
import { migrate, readMigrations } from "./migrate.ts";
import { outboxStore } from "./outbox-store.ts";
import { ownershipStore } from "./ownership-store.ts";
import { openReadingSpool } from "./reading-spool.ts";
import { readingStore } from "./reading-store.ts";
import { openReadingWriter, type ReadingWriter } from "./reading-writer.ts";
import { enableTimescale } from "./timescale.ts";
import { tradeStore } from "./trade-store.ts";
import { wearStore } from "./wear-store.ts";

/** How long a healthy database takes at most to answer. */
const HEALTH_TIMEOUT_MS = 3_000;

/** What {@link openPostgresStore} needs. */
export interface PostgresStoreOptions {
  /** `postgresql://user:password@host:port/database`, with `?sslmode=…` where the server asks for it. */
  readonly connectionString: string;
  readonly logger: Logger;
  /** Real time: batching and back-off. */
  readonly wallClock: Clock;
  /** A folder for readings that the database does not take; the same one at the next start. */
  readonly spoolDirectory: string;
}

/** Where a database is, for messages: without the password. */
function addressOf(connectionString: string): string {
  const url = URL.parse(connectionString);
  if (url === null || !["postgresql:", "postgres:"].includes(url.protocol)) {
    throw new CommonwattError(
      "STORE_BAD_CONNECTION_STRING",
      "the database's address must look like postgresql://user:password@host:5432/database",
    );
  }
  return `${url.host === "" ? "localhost" : url.host}${url.pathname}`;
}

async function prepare(
  database: Database,
  logger: Logger,
): Promise<{ description: string; hasTimescale: boolean }> {
  const [row] = await database.query<{ readonly version: string }>(
    "select split_part(current_setting('server_version'), ' ', 1) as version",
  );
  const applied = await migrate(database, await readMigrations());
  const timescale = await enableTimescale(database, logger);
  const extension = timescale.version === null ? "" : `, TimescaleDB ${timescale.version}`;
  const description = `PostgreSQL ${row?.version}${extension}`;
  logger.debug({ description, applied }, "the database is ready");
  return { description, hasTimescale: timescale.version !== null };
}

async function answers(database: Database, wallClock: Clock): Promise<boolean> {
  let timer: Timer | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = wallClock.after(durationMs(HEALTH_TIMEOUT_MS), () => resolve(false));
  });
  const answered = database.query("select").then(
    () => true,
    () => false,
  );
  const healthy = await Promise.race([answered, late]);
  timer?.cancel();
  return healthy;
}

async function closeAll(writer: ReadingWriter, database: Database): Promise<void> {
  await writer.close();
  await database.close();
}

/**
 * Opens the store on any PostgreSQL server from version 14 on, brings its tables to this version and uses
 * TimescaleDB when the server has it.
 * @throws CommonwattError `STORE_BAD_CONNECTION_STRING`; `STORE_UNAVAILABLE` (retryable) when nobody answers;
 * `STORE_REFUSED` for a wrong user, password or database; `STORE_SCHEMA_NEWER` and `STORE_MIGRATION_CHANGED`
 * when the tables are not this version's.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { connectionString, logger, wallClock, spoolDirectory } = options;
  const address = addressOf(connectionString);
  const database = openDatabase(connectionString);
  let prepared: Awaited<ReturnType<typeof prepare>>;
  try {
    prepared = await prepare(database, logger);
  } catch (error) {
    await database.close();
    if (!isCommonwattError(error)) throw error;
    const { code, details, retryable } = error;
    const message = `the database at ${address} cannot be used: ${error.message}`;
    throw new CommonwattError(code, message, { details: { ...details, address }, retryable, cause: error });
  }
  const spool = openReadingSpool(spoolDirectory);
  const writer = openReadingWriter({ queries: database, spool, wallClock, logger });
  let closed: Promise<void> | null = null;
  return {
    description: prepared.description,
    readings: readingStore(database, writer, prepared.hasTimescale),
    trades: tradeStore(database),
    metering: meteringStore(database),
    batches: batchStore(database),
    outbox: outboxStore(database),
    ownership: ownershipStore(database),
    wear: wearStore(database),
    healthy: () => answers(database, wallClock),
    close() {
      closed ??= closeAll(writer, database);
      return closed;
    },
  };
}
