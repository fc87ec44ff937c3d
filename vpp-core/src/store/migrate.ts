import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { CommonwattError } from "../errors/commonwatt-error.ts";
import type { Database, Queries } from "./database.ts";

/** Any number that no other program locks; makes two processes that start at once migrate in turn. */
const LOCK_KEY = 20_260_711_042;

/** One step of the tables' history, a file `migrations/0001-<name>.sql`. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

interface AppliedMigration {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
}

/** Reads the migrations that come with this version, in order. */
export async function readMigrations(): Promise<readonly Migration[]> {
  const folder = new URL("./migrations/", import.meta.url);
  const files = (await readdir(folder)).filter((file) => file.endsWith(".sql")).sort();
  return Promise.all(
    files.map(async (file) => ({
      number: Number.parseInt(file, 10),
      name: file,
      sql: await readFile(new URL(file, folder), "utf8"),
    })),
  );
}

/** SHA-256 of a migration's text; line ends do not count, as git may change them. */
function checksumOf(migration: Migration): string {
  return createHash("sha256").update(migration.sql.replaceAll("\r\n", "\n")).digest("hex");
}

function check(applied: readonly AppliedMigration[], migrations: readonly Migration[]): void {
  for (const row of applied) {
    const migration = migrations.find((candidate) => candidate.number === row.number);
    if (migration === undefined) {
      throw new CommonwattError(
        "STORE_SCHEMA_NEWER",
        `the database holds migration ${row.name}, which this version does not know: use a newer version`,
        { details: { databaseMigration: row.number, knownMigration: migrations.at(-1)?.number ?? 0 } },
      );
    }
    if (checksumOf(migration) !== row.checksum) {
      throw new CommonwattError(
        "STORE_MIGRATION_CHANGED",
        `migration ${migration.name} was changed after the database had taken it: restore the file, and put the change into a new one`,
        { details: { migration: migration.name, appliedChecksum: row.checksum } },
      );
    }
  }
}

async function apply(queries: Queries, migration: Migration): Promise<void> {
  try {
    await queries.query("begin");
    await queries.query(migration.sql);
    await queries.query("insert into schema_migrations (number, name, checksum) values ($1, $2, $3)", [
      migration.number,
      migration.name,
      checksumOf(migration),
    ]);
    await queries.query("commit");
  } catch (error) {
    await queries.query("rollback").catch(() => undefined);
    throw error;
  }
}

async function migrateLocked(queries: Queries, migrations: readonly Migration[]): Promise<number> {
  await queries.query(`create table if not exists schema_migrations (
    number integer primary key, name text not null, checksum text not null,
    applied_at timestamptz not null default now())`);
  const applied = await queries.query<AppliedMigration>(
    "select number, name, checksum from schema_migrations order by number",
  );
  check(applied, migrations);
  const done = new Set(applied.map((row) => row.number));
  const missing = migrations.filter((migration) => !done.has(migration.number));
  for (const migration of missing) await apply(queries, migration);
  return missing.length;
}

/**
 * Brings the tables to this version, each migration in a database transaction of its own, and says how many
 * were applied. Processes that do so at once wait for each other.
 * @throws CommonwattError `STORE_MIGRATION_CHANGED` or `STORE_SCHEMA_NEWER`; the tables are left as they were.
 */
export function migrate(database: Database, migrations: readonly Migration[]): Promise<number> {
  return database.session(async (queries) => {
    await queries.query("select pg_advisory_lock($1)", [LOCK_KEY]);
    return await migrateLocked(queries, migrations);
  });
}
