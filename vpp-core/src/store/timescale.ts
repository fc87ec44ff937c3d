import { messageOf } from "../errors/commonwatt-error.ts";
import type { Logger } from "../ports/logger.ts";
import type { Database } from "./database.ts";

/** What the server can do beyond plain PostgreSQL. */
export interface TimescaleSupport {
  /** Version of the extension, or `null` when `readings` is an ordinary table. */
  readonly version: string | null;
}

interface ExtensionRow {
  readonly installed: string | null;
  readonly available: boolean;
}

async function extension(database: Database): Promise<ExtensionRow> {
  const [row] = await database.query<ExtensionRow>(`select
    (select extversion from pg_extension where extname = 'timescaledb') as installed,
    exists (select from pg_available_extensions where name = 'timescaledb') as available`);
  return row ?? { installed: null, available: false };
}

/** Columns of a chunk older than a week are compressed; only the community edition has the functions. */
async function compressOldReadings(database: Database): Promise<void> {
  await database.session(async (queries) => {
    const [row] = await queries.query<{ readonly licence: string }>(
      "select current_setting('timescaledb.license', true) as licence",
    );
    if (row?.licence !== "timescale") return;
    const enabled = await queries.query(
      "select from timescaledb_information.hypertables where hypertable_name = 'readings' and compression_enabled",
    );
    if (enabled.length > 0) return;
    await queries.query(`alter table readings set (timescaledb.compress,
      timescaledb.compress_segmentby = 'device_id, point', timescaledb.compress_orderby = 'taken_at')`);
    await queries.query(
      "select add_compression_policy('readings', interval '7 days', if_not_exists => true)",
    );
  });
}

/**
 * Makes `readings` a hypertable, in chunks of a day, when the server has TimescaleDB; rows that are there
 * move along. Without it, or when it cannot be used, the table stays ordinary and everything works the same.
 */
export async function enableTimescale(database: Database, logger: Logger): Promise<TimescaleSupport> {
  const { installed, available } = await extension(database);
  if (installed === null && !available) return { version: null };
  try {
    await database.session(async (queries) => {
      if (installed === null) await queries.query("create extension if not exists timescaledb");
    });
    // A session of its own: the functions are loaded when a connection begins after the extension is there.
    await database.session((queries) =>
      queries.query(`select create_hypertable('readings', 'taken_at', chunk_time_interval => interval '1 day',
        create_default_indexes => false, if_not_exists => true, migrate_data => true)`),
    );
  } catch (error) {
    logger.warn(
      { reason: messageOf(error) },
      "TimescaleDB is there but cannot be used; readings stay an ordinary table",
    );
    return { version: null };
  }
  await compressOldReadings(database).catch((error: unknown) =>
    logger.warn({ reason: messageOf(error) }, "old readings are not compressed"),
  );
  return { version: (await extension(database)).installed };
}
