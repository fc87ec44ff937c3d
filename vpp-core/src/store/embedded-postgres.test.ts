import { type ChildProcess, fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { commandLineOf } from "../process/process-inspection.ts";
import { startEmbeddedPostgres } from "./embedded-postgres.ts";
import { runSql, testFolder, until } from "./test-database.ts";

// A database starts and stops in these tests, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const folder = testFolder();
const directory = join(folder.path, "postgres");
const lockFile = join(directory, "data/postmaster.pid");
const serverProcessId = (): number => Number.parseInt(readFileSync(lockFile, "utf8"), 10);
/** A server that has ended may stay listed until its parent has noticed: then it has no command line. */
const runs = (processId: number): boolean => commandLineOf(processId)?.includes(directory) === true;

beforeAll(async () => {
  const server = await startEmbeddedPostgres(directory);
  await runSql(server.connectionString, "create table kept (value text); insert into kept values ('höher')");
  await server.stop();
});

afterAll(() => folder.remove());

describe("an embedded server", () => {
  test("keeps its data, its address and its password, in UTF-8 and durably", async () => {
    const first = await startEmbeddedPostgres(directory);
    await first.stop();
    const server = await startEmbeddedPostgres(directory);
    try {
      expect(server.connectionString).toBe(first.connectionString);
      expect(await runSql(server.connectionString, "select value, length(value) from kept")).toEqual([
        { value: "höher", length: 5 },
      ]);
      const settings = "server_encoding fsync synchronous_commit jit listen_addresses".split(" ");
      const shown = settings.map((name) => `current_setting('${name}') as ${name}`).join();
      expect(await runSql(server.connectionString, `select ${shown}`)).toEqual([
        {
          server_encoding: "UTF8",
          fsync: "on",
          synchronous_commit: "on",
          jit: "off",
          listen_addresses: "127.0.0.1",
        },
      ]);
      expect(statSync(join(directory, "access.json")).mode & 0o777).toBe(0o600);
      const url = new URL(server.connectionString);
      url.password = "wrong";
      await expect(runSql(url.href, "select")).rejects.toThrow(/password authentication failed/);
    } finally {
      await server.stop();
    }
  });

  test("comes up when the lock file names a process that is something else by now", async () => {
    const stale = [process.pid, join(directory, "data"), 1, 1, "", "127.0.0.1", "", "ready"];
    writeFileSync(lockFile, stale.join("\n"));
    const { uid, gid } = statSync(join(directory, "data/PG_VERSION"));
    spawnSync("chown", [`${uid}:${gid}`, lockFile]);
    chmodSync(lockFile, 0o600);
    const server = await startEmbeddedPostgres(directory);
    expect(await runSql(server.connectionString, "select count(*) from kept")).toEqual([{ count: "1" }]);
    await server.stop();
  });

  test("is started again when it is killed", async () => {
    const server = await startEmbeddedPostgres(directory);
    try {
      const killed = serverProcessId();
      process.kill(killed, "SIGKILL");
      const answers = (): Promise<boolean> =>
        runSql(server.connectionString, "select").then(
          () => serverProcessId() !== killed,
          () => false,
        );
      await until("a new server", answers);
    } finally {
      await server.stop();
    }
    expect(existsSync(lockFile)).toBe(false);
  });

  test("says in PostgreSQL's own words why it does not start", async () => {
    const broken = join(folder.path, "broken");
    const server = await startEmbeddedPostgres(broken);
    await server.stop();
    writeFileSync(join(broken, "data/PG_VERSION"), "9.6\n");
    await expect(startEmbeddedPostgres(broken)).rejects.toMatchObject({
      code: "STORE_START_FAILED",
      message: expect.stringMatching(/initialized by PostgreSQL version 9\.6/),
    });
  });

  test("runs in a folder that only its owner may enter", async () => {
    const barred = join(folder.path, "barred");
    mkdirSync(barred, { mode: 0o700 });
    const server = await startEmbeddedPostgres(join(barred, "data/postgres"));
    expect(await runSql(server.connectionString, "select 1 as one")).toEqual([{ one: 1 }]);
    await server.stop();
  });
});

/** A program that starts the server, says so, and then only waits. */
const program = `
  const { startEmbeddedPostgres } = await import(process.argv[2]);
  const server = await startEmbeddedPostgres(process.argv[3]);
  process.send(server.connectionString);
  setInterval(() => undefined, 1000);
`;

async function startProgram(): Promise<ChildProcess> {
  const file = join(folder.path, "program.mjs");
  writeFileSync(file, program);
  const child = fork(file, [new URL("./embedded-postgres.ts", import.meta.url).href, directory], {
    stdio: "inherit",
  });
  await once(child, "message");
  return child;
}

describe("after a SIGKILL", () => {
  test("of the program, the server stops, and a new one starts on the same folder at once", async () => {
    const child = await startProgram();
    const server = serverProcessId();
    expect(runs(server)).toBe(true);
    child.kill("SIGKILL");
    const next = await startEmbeddedPostgres(directory);
    expect(runs(server)).toBe(false);
    expect(await runSql(next.connectionString, "select count(*) from kept")).toEqual([{ count: "1" }]);
    await next.stop();
  });

  test("of the supervisor as well, the server left alone is stopped by the next start", async () => {
    const child = await startProgram();
    const server = serverProcessId();
    expect(runs(server)).toBe(true);
    process.kill(Number(readFileSync(join(directory, "supervisor.pid"), "utf8")), "SIGKILL");
    child.kill("SIGKILL");
    const next = await startEmbeddedPostgres(directory);
    expect(runs(server)).toBe(false);
    expect(await runSql(next.connectionString, "select count(*) from kept")).toEqual([{ count: "1" }]);
    await next.stop();
  });
});
