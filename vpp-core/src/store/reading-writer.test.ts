import { appendFileSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { deviceId } from "../der/device-identity.ts";
import { siteId } from "../grid/site.ts";
import type { ReadingRow } from "../ports/store.ts";
import { epochMs } from "../time/clock.ts";
import { systemClock } from "../time/system-clock.ts";
import { type Database, openDatabase } from "./database.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres.ts";
import { migrate, readMigrations } from "./migrate.ts";
import { openReadingSpool } from "./reading-spool.ts";
import { openReadingWriter, type ReadingWriter } from "./reading-writer.ts";
import { keptLog, runSql, testFolder, until } from "./test-database.ts";

// A database starts and stops in these tests, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const row = (number: number): ReadingRow => ({
  takenAtMs: epochMs(1_700_000_000_000 + number),
  siteId: siteId("home-1"),
  deviceId: deviceId("home-1/inverter"),
  point: "gridPowerW",
  value: number,
  quality: "good",
  reason: null,
});
const rows = (from: number, to: number): readonly ReadingRow[] =>
  Array.from({ length: to - from }, (_, i) => row(from + i));

const folder = testFolder();
const postgres = join(folder.path, "postgres");
let spoolDirectory: string;
let server: EmbeddedPostgres;
let database: Database;
let log: ReturnType<typeof keptLog>;

beforeAll(async () => {
  server = await startEmbeddedPostgres(postgres);
  database = openDatabase(server.connectionString);
  await migrate(database, await readMigrations());
});

afterAll(async () => {
  await database.close();
  await server.stop();
  folder.remove();
});

beforeEach(async () => {
  await database.query("truncate readings");
  spoolDirectory = mkdtempSync(join(folder.path, "spool-"));
  log = keptLog();
});

const openWriter = (rowsInMemoryMax?: number): ReadingWriter =>
  openReadingWriter({
    queries: database,
    spool: openReadingSpool(spoolDirectory),
    wallClock: systemClock,
    logger: log.logger,
    ...(rowsInMemoryMax === undefined ? {} : { rowsInMemoryMax }),
  });

/** Every value in the table; a row kept twice would show. */
const values = async (): Promise<readonly number[]> =>
  (await runSql(server.connectionString, "select value from readings order by value")).map(
    (kept) => kept["value"] as number,
  );
const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);
const spooled = (): readonly string[] =>
  readFileSync(join(spoolDirectory, "readings.ndjson"), "utf8").split("\n").filter(Boolean);

describe("a reading writer", () => {
  test("writes by itself soon after, without a flush", async () => {
    const writer = openWriter();
    writer.append(rows(0, 10));
    await until("ten rows", async () => (await values()).length === 10);
    await writer.close();
    expect(log.lines).toEqual([]);
  });

  test("keeps rows once that come twice and at the same time", async () => {
    const writer = openWriter();
    for (let i = 0; i < 5_000; i += 100) writer.append(rows(i, i + 100));
    const flushes = [writer.flush(), writer.flush()];
    writer.append(rows(0, 5_000));
    await Promise.all(flushes);
    await writer.close();
    expect(await values()).toEqual(numbers(5_000));
  });

  test("loses and doubles nothing while the server stops and starts again in mid-flush", async () => {
    const writer = openWriter();
    writer.append(rows(0, 20_000));
    const flushed = writer.flush().catch((error: unknown) => error);
    await server.stop();
    await flushed;
    for (let i = 20_000; i < 21_000; i += 10) writer.append(rows(i, i + 10));
    await expect(writer.flush()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE", retryable: true });
    await expect(writer.flush()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    server = await startEmbeddedPostgres(postgres);
    await until("all rows", async () => (await values()).length === 21_000);
    await writer.close();
    expect(await values()).toEqual(numbers(21_000));
    expect(log.lines).toEqual([
      "warn the database takes no readings; they are kept until it does",
      "info the database takes readings again; those kept are written",
    ]);
  });

  test("puts aside on disk what is too much for the memory, and drains it", async () => {
    await server.stop();
    const writer = openWriter(100);
    for (let i = 0; i < 1_000; i += 10) writer.append(rows(i, i + 10));
    expect(spooled()).toHaveLength(900);
    server = await startEmbeddedPostgres(postgres);
    await writer.flush();
    expect(await values()).toEqual(numbers(1_000));
    expect(existsSync(join(spoolDirectory, "readings.ndjson"))).toBe(false);
    await writer.close();
  });

  test("leaves on disk what it could not write when it closes, for the next start", async () => {
    await server.stop();
    const writer = openWriter();
    writer.append(rows(0, 50));
    await writer.close();
    expect(spooled()).toHaveLength(50);
    expect(() => writer.append(rows(0, 1))).toThrow(/closed/);
    server = await startEmbeddedPostgres(postgres);
    const next = openWriter();
    await until("the rows of the run before", async () => (await values()).length === 50);
    await next.close();
    expect(await values()).toEqual(numbers(50));
  });

  test("takes up a spool that a crash left half drained and cut off", async () => {
    const line = (number: number): string => JSON.stringify(row(number));
    writeFileSync(join(spoolDirectory, "readings.draining.ndjson"), `${line(0)}\n${line(1)}\n`);
    writeFileSync(join(spoolDirectory, "readings.ndjson"), `${line(2)}\n${line(9).slice(0, 40)}`);
    openReadingSpool(spoolDirectory).append([row(3)]);
    appendFileSync(join(spoolDirectory, "readings.ndjson"), line(8).slice(0, 60));
    const writer = openWriter();
    await writer.flush();
    await writer.close();
    expect(await values()).toEqual(numbers(4));
  });

  test("is not held up by a row that the database refuses", async () => {
    const writer = openWriter();
    await database.query("alter table readings add constraint no_seven check (value <> 7)");
    writer.append(rows(0, 20));
    await writer.flush();
    await writer.close();
    await database.query("alter table readings drop constraint no_seven");
    expect(await values()).toEqual(numbers(20).filter((value) => value !== 7));
    expect(log.lines).toEqual(["error the database refused a reading; it is left out"]);
  });

  test("refuses at once a row that is a programmer's mistake", async () => {
    const writer = openWriter();
    expect(() => writer.append([{ ...row(1), value: Number.NaN }])).toThrow(/finite/);
    expect(() => writer.append([{ ...row(1), takenAtMs: epochMs(0.5) }])).toThrow(/safe integer/);
    writer.append([{ ...row(1), value: null, quality: "bad", reason: "said: \u0000no" }]);
    await writer.close();
    expect(await runSql(server.connectionString, "select value, quality, reason from readings")).toEqual([
      { value: null, quality: "bad", reason: "said: no" },
    ]);
  });
});
