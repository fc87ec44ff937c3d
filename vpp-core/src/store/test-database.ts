import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import type { Logger, LogMethod } from "../ports/logger.ts";
import { durationMs, sleep } from "../time/clock.ts";
import { systemClock } from "../time/system-clock.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres.ts";

/** A server that the store's tests run against; `start` is `null` when this machine has none such. */
export interface TestServer {
  readonly name: string;
  readonly start: (() => Promise<EmbeddedPostgres>) | null;
}

function outside(variable: string): TestServer["start"] {
  const connectionString = process.env[variable];
  return connectionString ? async () => ({ connectionString, stop: async () => undefined }) : null;
}

/** A folder that is removed again with `remove`. */
export function testFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "commonwatt-store-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

async function embedded(): Promise<EmbeddedPostgres> {
  const folder = testFolder();
  const server = await startEmbeddedPostgres(join(folder.path, "postgres"));
  return {
    connectionString: server.connectionString,
    async stop() {
      await server.stop();
      folder.remove();
    },
  };
}

/** Every kind of server there is; those that are not set up say how to do so in their name. */
export const testServers: readonly TestServer[] = [
  { name: "embedded PostgreSQL", start: embedded },
  { name: "the server of TEST_DATABASE_URL", start: outside("TEST_DATABASE_URL") },
  {
    name: "TimescaleDB, TEST_TIMESCALE_URL from `.ci/timescale start`",
    start: outside("TEST_TIMESCALE_URL"),
  },
];

/** Runs SQL on a connection of its own. */
export async function runSql(
  connectionString: string,
  sql: string,
): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** A new, empty database on a server, for one test. */
export async function newDatabase(
  serverUrl: string,
): Promise<{ readonly connectionString: string; drop(): Promise<void> }> {
  const name = `commonwatt_test_${randomBytes(6).toString("hex")}`;
  await runSql(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    connectionString: url.href,
    drop: async () => void (await runSql(serverUrl, `drop database ${name} with (force)`)),
  };
}

/** A logger that keeps its lines. */
export function keptLog(): { readonly logger: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const method =
    (level: string): LogMethod =>
    (_fields, message) =>
      void lines.push(`${level} ${message}`);
  const logger: Logger = {
    debug: method("debug"),
    info: method("info"),
    warn: method("warn"),
    error: method("error"),
    child: () => logger,
  };
  return { logger, lines };
}

/** Waits until something holds; gives up after ten seconds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpMs = systemClock.now() + 10_000;
  while (!(await holds())) {
    if (systemClock.now() > giveUpMs) throw new Error(`${what} did not come to pass`);
    await sleep(systemClock, durationMs(20));
  }
}
