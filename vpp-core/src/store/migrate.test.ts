import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Database, openDatabase } from "./database.ts";
import type { EmbeddedPostgres } from "./embedded-postgres.ts";
import { type Migration, migrate, readMigrations } from "./migrate.ts";
import { newDatabase, testServers } from "./test-database.ts";

// A database starts and stops in these tests, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const first: Migration = { number: 1, name: "0001-one.sql", sql: "create table one (value bigint)" };
const second: Migration = {
  number: 2,
  name: "0002-two.sql",
  sql: "create table two (value bigint);\ncreate table three ()",
};
const broken: Migration = { number: 2, name: "0002-broken.sql", sql: "create table two (); create nonsense" };

let server: EmbeddedPostgres;
let database: Database;

beforeAll(async () => {
  server = await (testServers[0]?.start?.() as Promise<EmbeddedPostgres>);
});
afterAll(() => server.stop());

beforeEach(async () => {
  const created = await newDatabase(server.connectionString);
  database = openDatabase(created.connectionString);
  return async () => {
    await database.close();
    await created.drop();
  };
});

const tables = async (): Promise<readonly string[]> => {
  const rows = await database.query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'public' order by 1",
  );
  return rows.map((row) => row.name);
};

test("the migrations are numbered from 1 without a gap", async () => {
  const migrations = await readMigrations();
  expect(migrations.map((migration) => migration.number)).toEqual(migrations.map((_, i) => i + 1));
  expect(migrations.length).toBeGreaterThan(0);
});

test("each migration is applied once, in order", async () => {
  expect(await migrate(database, [first])).toBe(1);
  expect(await migrate(database, [first, second])).toBe(1);
  expect(await migrate(database, [first, second])).toBe(0);
  expect(await tables()).toEqual(["one", "schema_migrations", "three", "two"]);
});

test("processes that start at once apply them once", async () => {
  const applied = await Promise.all([1, 2, 3, 4].map(() => migrate(database, [first, second])));
  expect(applied.toSorted()).toEqual([0, 0, 0, 2]);
});

test("line ends do not count as a change, anything else does", async () => {
  await migrate(database, [first, second]);
  const otherLineEnds = { ...second, sql: second.sql.replaceAll("\n", "\r\n") };
  expect(await migrate(database, [first, otherLineEnds])).toBe(0);
  await expect(migrate(database, [{ ...first, sql: `${first.sql} ` }, second])).rejects.toMatchObject({
    code: "STORE_MIGRATION_CHANGED",
    details: { migration: "0001-one.sql" },
  });
});

test("a database newer than the program is left alone", async () => {
  await migrate(database, [first, second]);
  await expect(migrate(database, [first])).rejects.toMatchObject({
    code: "STORE_SCHEMA_NEWER",
    details: { databaseMigration: 2, knownMigration: 1 },
  });
});

test("a migration that fails leaves nothing behind, and the next try goes on from there", async () => {
  await expect(migrate(database, [first, broken])).rejects.toMatchObject({
    code: "STORE_FAILED",
    message: expect.stringMatching(/syntax error/),
  });
  expect(await tables()).toEqual(["one", "schema_migrations"]);
  expect(await migrate(database, [first, second])).toBe(1);
});
