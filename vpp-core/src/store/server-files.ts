import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { CommonwattError } from "../errors/commonwatt-error.ts";
import { isAlive } from "../process/process-inspection.ts";
import type { PostgresBinaries } from "./postgres-binaries.ts";
import { commandAs, giveTo, type ServerUser } from "./server-user.ts";

/** The database's superuser, whom the connection string names. */
export const SUPERUSER = "commonwatt";

/** Where an embedded server keeps its things, within one folder. */
export interface ServerFiles {
  readonly directory: string;
  /** PostgreSQL's own data. */
  readonly data: string;
  /** Port and password, for the owner's eyes only. */
  readonly access: string;
  /** Id of the process that looks after the server. */
  readonly supervisor: string;
  readonly log: string;
}

/** How to get in. The port is the one used last, so that a restarted server is found again. */
export interface ServerAccess {
  readonly password: string;
  readonly port: number | null;
}

/** Names the files of an embedded server. */
export function serverFiles(directory: string): ServerFiles {
  return {
    directory,
    data: join(directory, "data"),
    access: join(directory, "access.json"),
    supervisor: join(directory, "supervisor.pid"),
    log: join(directory, "postgres.log"),
  };
}

/** Reads the access file, or makes it with a new password; of two processes that do so at once one wins. */
export function readAccess(files: ServerFiles): ServerAccess {
  if (!existsSync(files.access)) {
    const own = `${files.access}.${process.pid}`;
    const access: ServerAccess = { password: randomBytes(24).toString("base64url"), port: null };
    writeFileSync(own, `${JSON.stringify(access)}\n`, { mode: 0o600 });
    if (!existsSync(files.access)) linkSync(own, files.access);
    rmSync(own);
  }
  return JSON.parse(readFileSync(files.access, "utf8")) as ServerAccess;
}

/** Replaces the access file. */
export function writeAccess(files: ServerFiles, access: ServerAccess): void {
  const next = `${files.access}.${process.pid}`;
  writeFileSync(next, `${JSON.stringify(access)}\n`, { mode: 0o600 });
  renameSync(next, files.access);
}

const NEW_DATA = /^data\.new-(\d+)$/;

/** Removes what a process that was killed while it made a database left behind. */
function removeLeftovers(files: ServerFiles): void {
  for (const name of readdirSync(files.directory)) {
    const processId = NEW_DATA.exec(name)?.[1];
    if (processId === undefined || isAlive(Number(processId))) continue;
    rmSync(join(files.directory, name), { recursive: true });
  }
}

function runInitdb(binaries: PostgresBinaries, user: ServerUser, data: string, passwordFile: string): void {
  const initdb = commandAs(user, binaries.initdb, [
    `--pgdata=${data}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    // PostgreSQL's own collation: the same on every machine, whatever locales it has.
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
  ]);
  const env = { ...process.env, LC_ALL: "C" };
  const run = spawnSync(initdb.command, initdb.args, { ...initdb.options, env, encoding: "utf8" });
  if (run.status === 0) return;
  const said = run.error?.message ?? `${run.stdout}${run.stderr}`.trim();
  throw new CommonwattError("STORE_START_FAILED", `it could not make its database: ${said}`);
}

/**
 * Makes the database when there is none. It is made under another name and then renamed, so that a kill in
 * between leaves no half of one.
 * @throws CommonwattError `STORE_START_FAILED` with the words of initdb.
 */
export function ensureDatabase(
  files: ServerFiles,
  binaries: PostgresBinaries,
  user: ServerUser,
  password: string,
): void {
  removeLeftovers(files);
  if (existsSync(files.data)) return;
  const folder = join(files.directory, `data.new-${process.pid}`);
  mkdirSync(folder, { mode: 0o700 });
  giveTo(user, folder);
  const passwordFile = join(folder, "password");
  const data = join(folder, "data");
  writeFileSync(passwordFile, password, { mode: 0o600 });
  giveTo(user, passwordFile);
  try {
    runInitdb(binaries, user, data, passwordFile);
    if (!existsSync(files.data)) renameSync(data, files.data);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
